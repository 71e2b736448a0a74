/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Time that stands still until it is set, in the engine's unit, milliseconds. */
final class SimulatedClock implements InstantSource {

  private Instant now;

  SimulatedClock(Instant start) {
    this.now = start.truncatedTo(ChronoUnit.MILLIS);
  }

  @Override
  public Instant instant() {
    return now;
  }

  /** Goes on to a time, unless that has passed. */
  void advanceTo(Instant time) {
    if (time.isAfter(now)) {
      now = time.truncatedTo(ChronoUnit.MILLIS);
    }
  }
}
