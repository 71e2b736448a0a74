/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** Waits for what comes out of the chain, and checks it. */
final class ChainCheck {

  private static final int REQUESTS_AT_ONCE = 10_000;

  private ChainCheck() {}

  /** Waits until so many records have come out. */
  static void await(StateFunEngine engine, CountingEgress egress, long count) {
    long seen = 0;
    long seenAt = System.nanoTime();
    while (egress.count() < count) {
      EngineStatus status = engine.status();
      if (status.state() != EngineStatus.State.RUNNING) {
        throw new IllegalStateException("The engine is " + status.state(), status.failure());
      }
      long now = System.nanoTime();
      if (egress.count() != seen) {
        seen = egress.count();
        seenAt = now;
      } else if (now - seenAt > 60_000_000_000L) {
        throw new IllegalStateException("Nothing has come out for a minute: " + status);
      }
      LockSupport.parkNanos(500_000);
    }
  }

  /** Checks the records by number and sum, and the counter of each key of function A. */
  static boolean isCorrect(StateFunEngine engine, CountingEgress egress, ChainLoad load, long all) {
    int[] expected = new int[load.keys()];
    for (long event = 0; event < all; event++) {
      expected[load.firstIndex(event)]++;
    }
    int wrong = 0;
    TypeName function = TypeName.parse(ChainLoad.FUNCTION_A);
    List<CompletableFuture<Long>> replies = new ArrayList<>();
    for (int from = 0; from < expected.length; from += REQUESTS_AT_ONCE) {
      int to = Math.min(expected.length, from + REQUESTS_AT_ONCE);
      for (int key = from; key < to; key++) {
        replies.add(
            engine.request(
                Address.of(function, Integer.toString(key)),
                new ChainFunctions.ReadCount(),
                Long.class));
      }
      for (int key = from; key < to; key++) {
        wrong += replies.get(key - from).join() == expected[key] ? 0 : 1;
      }
      replies.clear();
    }
    boolean correct = egress.count() == all && egress.sum() == all * (all - 1) / 2 && wrong == 0;
    System.out.printf(
        "Check: %,d of %,d records, sum %,d of %,d, %,d of %,d counters wrong: %s%n",
        egress.count(),
        all,
        egress.sum(),
        all * (all - 1) / 2,
        wrong,
        expected.length,
        correct ? "correct" : "WRONG");
    return correct;
  }
}
