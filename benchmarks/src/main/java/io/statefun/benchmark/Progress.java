/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Waits for an engine. */
final class Progress {

  private static final long PATIENCE_NANOS = 180_000_000_000L;

  private Progress() {}

  /**
   * Waits until a number is reached.
   *
   * @throws IllegalStateException if the engine fails, or the number stays the same for minutes
   */
  static void await(StateFunEngine engine, String what, LongSupplier number, long goal) {
    long begun = System.nanoTime();
    long seen = -1;
    long seenAt = begun;
    long tenths = 0;
    for (long now = number.getAsLong(); now < goal; now = number.getAsLong()) {
      EngineStatus status = engine.status();
      if (status.state() != EngineStatus.State.RUNNING) {
        throw new IllegalStateException("The engine is " + status.state(), status.failure());
      }
      if (now != seen) {
        seen = now;
        seenAt = System.nanoTime();
      } else if (System.nanoTime() - seenAt > PATIENCE_NANOS) {
        throw new IllegalStateException("No progress, " + now + " " + what + ": " + status);
      }
      if (now * 10 / goal > tenths) {
        tenths = now * 10 / goal;
        System.out.printf("%,12d %s after %,.1f s%n", now, what, seconds(begun));
      }
      LockSupport.parkNanos(1_000_000);
    }
    System.out.printf("%,12d %s after %,.1f s%n", number.getAsLong(), what, seconds(begun));
  }

  static double seconds(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }
}
