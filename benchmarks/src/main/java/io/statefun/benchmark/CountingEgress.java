/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import io.statefun.io.Egress;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Counts what comes out. */
final class CountingEgress implements Egress {

  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final MessageType<Long> type;
  private final Latencies latencies;
  private volatile EventAges ages = event -> 0;
  private volatile long count;
  private volatile long sum;

  CountingEgress(MessageTypes types, Latencies latencies) {
    this.type = types.forClass(Long.class);
    this.latencies = latencies;
  }

  /** Measures from now on how old the events are that come out, one of each batch. */
  void measure(EventAges newAges) {
    ages = newAges;
  }

  @Override
  public CompletionStage<?> deliver(List<Delivery> batch) {
    long batchSum = 0;
    long last = 0;
    for (Delivery delivery : batch) {
      last = delivery.value().as(type);
      batchSum += last;
    }
    long age = ages.nanos(last);
    if (age > 0) {
      latencies.add(age);
    }
    sum += batchSum;
    count += batch.size();
    return DONE;
  }

  /** How many records have come out. */
  long count() {
    return count;
  }

  /** The sum of the numbers of the events that have come out. */
  long sum() {
    return sum;
  }

  /** Tells how long ago an event began. */
  interface EventAges {
    long nanos(long event);
  }
}
