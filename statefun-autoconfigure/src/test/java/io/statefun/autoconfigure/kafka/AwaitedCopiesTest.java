/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.cluster.MessageLog.Copy;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AwaitedCopiesTest {

  private static final Copy CURRENT = new Copy(7, true);
  private static final Copy BEHIND = new Copy(6, false);

  private long now = 1_000_000;
  private int looks;
  private final Map<Integer, Copy> copies = new TreeMap<>();
  private final AwaitedCopies awaited =
      new AwaitedCopies(
          () -> {
            looks++;
            return copies;
          },
          () -> now);

  @Test
  void whoHasNothingThatIsWaitedForAsksForNothingAndDoesNotLook() {
    awaited.assigned(new CopiesToKeep(Set.of(1, 2), Set.of(), Set.of()));
    copies.put(1, CURRENT);
    copies.put(2, CURRENT);

    assertThat(awaited.areDue()).isFalse();
    assertThat(looks).isZero();
  }

  @Test
  void whoWarmsUpAsksOnceWhenAllIsCurrent() {
    warmUp(1, 2);
    copies.put(1, CURRENT);
    copies.put(2, BEHIND);
    assertThat(awaited.areDue()).isFalse();

    copies.put(2, CURRENT);
    now += 500;
    assertThat(awaited.areDue()).isTrue();
    now += 600_000;
    assertThat(awaited.areDue()).isFalse();
  }

  @Test
  void whoIsToldNothingAtFirstAsksWithoutDelayNevertheless() {
    awaited.assigned(CopiesToKeep.NOTHING);
    warmUp(1);
    copies.put(1, CURRENT);

    assertThat(awaited.areDue()).isTrue();
  }

  @Test
  void itLooksEveryHalfSecond() {
    warmUp(1);
    looks = 0;

    for (int millis = 0; millis < 2_000; millis += 10) {
      assertThat(awaited.areDue()).isFalse();
      now += 10;
    }

    assertThat(looks).isEqualTo(4);
  }

  @Test
  void whatItIsToSucceedIsWaitedForWhenNothingIsToComeAnyLonger() {
    copies.put(2, CURRENT);
    awaited.assigned(new CopiesToKeep(Set.of(1, 2), Set.of(1), Set.of(2)));
    assertThat(awaited.areDue()).isFalse();
    copies.put(1, CURRENT);
    now += 500;
    assertThat(awaited.areDue()).isTrue();

    copies.put(2, BEHIND);
    awaited.assigned(new CopiesToKeep(Set.of(2), Set.of(), Set.of(2)));
    copies.put(2, CURRENT);
    assertThat(awaited.areDue()).isFalse();
    now += 5_000;
    assertThat(awaited.areDue()).isTrue();
  }

  @Test
  void whatWasCurrentWhenItWasAssignedIsOnItsWayAndAskedForOnlyIfItDoesNotCome() {
    copies.put(1, CURRENT);
    warmUp(1);
    assertThat(awaited.areDue()).isFalse();

    now += 5_000;
    assertThat(awaited.areDue()).isTrue();
  }

  @Test
  void whoAsksInVainAsksLessAndLessOften() {
    warmUp(1);
    copies.put(1, CURRENT);
    assertThat(awaited.areDue()).isTrue();

    assertThat(pauseAfterTheSame()).isEqualTo(10_000);
    assertThat(pauseAfterTheSame()).isEqualTo(20_000);
    for (int i = 0; i < 10; i++) {
      pauseAfterTheSame();
    }
    assertThat(pauseAfterTheSame()).isEqualTo(300_000);
  }

  private long pauseAfterTheSame() {
    warmUp(1);
    long before = now;
    while (!awaited.areDue()) {
      now += 100;
    }
    return now - before;
  }

  private void warmUp(Integer... numbers) {
    awaited.assigned(new CopiesToKeep(Set.of(numbers), Set.of(numbers), Set.of()));
  }
}
