/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MergeTest {

  private final Merge merge = Merge.NONE.with(List.of(2));

  @Test
  void messagesBetweenANewcomerAndOthersWait() {
    assertThat(merge.holdsUp(2, 1)).isTrue();
    assertThat(merge.holdsUp(1, 2)).isTrue();
  }

  @Test
  void messagesOfOthersAndOfANewcomerToItselfDoNotWait() {
    assertThat(merge.holdsUp(0, 1)).isFalse();
    assertThat(merge.holdsUp(2, 2)).isFalse();
  }

  @Test
  void itIsDoneWhenAllInboxesAreReadFarEnough() {
    merge.expect(Map.of(1, 10L, 2, 5L));

    merge.read(1, 9);
    merge.read(2, 5);
    assertThat(merge.isDone()).isFalse();
    merge.read(1, 10);

    assertThat(merge.isDone()).isTrue();
    assertThat(merge.holdsUp(2, 1)).isFalse();
  }

  @Test
  void whatIsReadBeforeItIsKnownHowFarDoesNotCount() {
    merge.read(1, 10);
    merge.expect(Map.of(1, 10L));

    assertThat(merge.isDone()).isFalse();
  }

  @Test
  void newcomersOfAMergeThatIsNotDoneAreNewStillInTheNext() {
    Merge next = merge.with(List.of(3));

    assertThat(next.holdsUp(2, 1)).isTrue();
    assertThat(next.holdsUp(3, 1)).isTrue();
  }

  @Test
  void newcomersOfAMergeThatIsDoneAreNotNewInTheNext() {
    merge.expect(Map.of());

    assertThat(merge.with(List.of(3)).holdsUp(2, 1)).isFalse();
  }

  @Test
  void whoHasLeftHoldsUpNothing() {
    assertThat(merge.without(List.of(2)).isDone()).isTrue();
  }
}
