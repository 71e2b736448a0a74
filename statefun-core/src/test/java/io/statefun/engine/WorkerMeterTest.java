/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.engine.WorkerMeter.Hold;
import io.statefun.engine.WorkerMeter.Published;
import org.junit.jupiter.api.Test;

class WorkerMeterTest {

  private static final Published SOMETHING = new Published(1, 2, 3, 4);

  private final WorkerTimes times = new WorkerTimes();
  private final WorkerMeter meter = new WorkerMeter(times);

  @Test
  void timeIsSpentAsTheStepBeforeItEnded() {
    step(1_000, true, Hold.NONE);
    step(1_003, true, Hold.CROWDED);
    step(1_008, false, Hold.LIMITED);
    step(1_015, false, Hold.HELD_UP);
    step(1_026, false, Hold.NONE);
    step(9_000, false, Hold.NONE);

    assertThat(times.busy.sum()).isEqualTo(3 + 5);
    assertThat(times.crowded.sum()).isEqualTo(5);
    assertThat(times.limited.sum()).isEqualTo(7);
    assertThat(times.heldUp.sum()).isEqualTo(11);
  }

  @Test
  void aClockThatIsSetSpendsNothing() {
    step(1_000_000, true, Hold.LIMITED);
    step(500, true, Hold.LIMITED);
    step(10_000_000, true, Hold.LIMITED);

    assertThat(times.busy.sum()).isZero();
    assertThat(times.limited.sum()).isZero();
  }

  @Test
  void aBusyWorkerTellsNowAndThenAndOneThatRestsAtOnce() {
    assertThat(step(1_000, true, Hold.NONE)).isTrue();
    meter.publish(SOMETHING);
    assertThat(meter.published()).isEqualTo(SOMETHING);
    assertThat(step(1_050, true, Hold.NONE)).isFalse();
    assertThat(step(1_100, true, Hold.NONE)).isTrue();
    meter.publish(SOMETHING);
    assertThat(step(1_101, false, Hold.NONE)).isTrue();
    meter.publish(SOMETHING);
    assertThat(step(1_102, false, Hold.NONE)).isFalse();
    assertThat(step(5_000, false, Hold.NONE)).isFalse();
  }

  private boolean step(long now, boolean worked, Hold hold) {
    meter.stepBegins(now);
    return meter.stepEnds(worked, hold);
  }
}
