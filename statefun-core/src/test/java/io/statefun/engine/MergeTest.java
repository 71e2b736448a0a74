/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MergeTest {

  private static final int SENDER = 2;
  private static final int OTHER = 70;

  private final Merge admitted = Merge.APART.admit(Set.of(SENDER));

  @Test
  void messagesOfThoseWhoAreApartGoThroughTheLog() {
    assertThat(Merge.APART.way(SENDER)).isEqualTo(Merge.Way.LOG);
    assertThat(admitted.way(OTHER)).isEqualTo(Merge.Way.LOG);
  }

  @Test
  void messagesOfAdmittedSendersWaitUntilTheInboxIsReadFarEnough() {
    admitted.expect(10);

    assertThat(admitted.read(9)).isFalse();
    assertThat(admitted.way(SENDER)).isEqualTo(Merge.Way.WAIT);
    assertThat(admitted.read(10)).isTrue();

    assertThat(admitted.way(SENDER)).isEqualTo(Merge.Way.DIRECT);
    assertThat(admitted.read(11)).as("nobody waits any more").isFalse();
  }

  @Test
  void whatIsReadBeforeItIsKnownHowFarDoesNotCount() {
    assertThat(admitted.read(10)).isFalse();
    assertThat(admitted.isEndKnown()).isFalse();

    admitted.expect(10);

    assertThat(admitted.way(SENDER)).isEqualTo(Merge.Way.WAIT);
  }

  @Test
  void whoIsAdmittedLaterHoldsUpNobodyWhoIsAlreadyIn() {
    admitted.expect(0);
    admitted.read(0);

    Merge next = admitted.admit(Set.of(SENDER, OTHER));

    assertThat(next.way(SENDER)).isEqualTo(Merge.Way.DIRECT);
    assertThat(next.way(OTHER)).isEqualTo(Merge.Way.WAIT);
  }

  @Test
  void itIsDirectForThoseWhoAreInOnceTheInboxIsRead() {
    assertThat(admitted.hasAdmitted(List.of(SENDER))).isTrue();
    assertThat(admitted.hasAdmitted(List.of(SENDER, OTHER))).isFalse();
    assertThat(admitted.isDirectFor(List.of(SENDER))).isFalse();

    admitted.expect(0);
    admitted.read(0);

    assertThat(admitted.isDirectFor(List.of(SENDER))).isTrue();
  }

  @Test
  void whoHasLeftIsApartWhenItComesBack() {
    admitted.expect(0);
    admitted.read(0);

    assertThat(admitted.without(List.of(SENDER)).way(SENDER)).isEqualTo(Merge.Way.LOG);
    assertThat(admitted.way(SENDER)).isEqualTo(Merge.Way.DIRECT);
  }

  @Test
  void whoStaysGoesOnWaitingWhenAnotherLeaves() {
    Merge both = Merge.APART.admit(Set.of(SENDER, OTHER));
    Merge one = both.without(List.of(OTHER));

    one.expect(5);
    one.read(5);

    assertThat(one.way(SENDER)).isEqualTo(Merge.Way.DIRECT);
  }
}
