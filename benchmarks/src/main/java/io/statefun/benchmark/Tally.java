/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import io.statefun.io.Egress;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Checks what comes out: each instance must report its number once. A number below 0 is a complaint
 * of an instance that something has reached it twice, or too early.
 */
final class Tally implements Egress {

  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final MessageType<Long> type;
  private final int expected;
  private final BitSet seen;
  private volatile long count;
  private volatile long wrong;

  Tally(MessageTypes types, int expected) {
    this.type = types.forClass(Long.class);
    this.expected = expected;
    this.seen = new BitSet(expected);
  }

  @Override
  public CompletionStage<?> deliver(List<Delivery> batch) {
    int bad = 0;
    for (Delivery delivery : batch) {
      long number = delivery.value().as(type);
      if (number < 0 || number >= expected || seen.get((int) number)) {
        bad++;
      } else {
        seen.set((int) number);
      }
    }
    wrong += bad;
    count += batch.size();
    return DONE;
  }

  /** How many reports have come, good and bad. */
  long count() {
    return count;
  }

  /** Tells whether every instance has reported, and none of them twice. */
  boolean isComplete() {
    // The reader of count sees what its writer did before.
    boolean complete = count == expected && wrong == 0 && seen.cardinality() == expected;
    System.out.printf(
        "Check: %,d reports of %,d instances, %,d expected, %,d wrong: %s%n",
        count, seen.cardinality(), expected, wrong, complete ? "correct" : "WRONG");
    return complete;
  }
}
