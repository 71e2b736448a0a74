/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.io.Egress;
import io.statefun.message.TypeName;
import io.statefun.snapshot.FaultPoint;
import io.statefun.wire.ByteWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the committed records of one egress to its receiver, in their order, one batch at a time,
 * again and again until the receiver has them; and notes in the partitions what it has.
 */
final class EgressDispatcher {

  private static final Logger LOG = LoggerFactory.getLogger(EgressDispatcher.class);

  private static final int BATCH = 512;
  private static final long FIRST_PAUSE = 100;
  private static final long LONGEST_PAUSE = 30_000;

  private final TypeName name;
  private final Egress egress;
  private final NodeServices node;
  private final FaultPoint.Listener faults;
  private final Acknowledgements acknowledgements;
  private final AtomicInteger waiting;
  private final Runnable wakeUp;
  private final Queue<OutgoingRecord> committed = new MpscUnboundedArrayQueue<>(1024);
  private final List<OutgoingRecord> batch = new ArrayList<>();

  private @Nullable volatile Outcome outcome;
  private boolean underWay;
  private int failures;
  private long notBefore = Long.MIN_VALUE;

  EgressDispatcher(
      TypeName name,
      Egress egress,
      NodeServices node,
      FaultPoint.Listener faults,
      Acknowledgements acknowledgements,
      AtomicInteger waiting,
      Runnable wakeUp) {
    this.name = name;
    this.egress = egress;
    this.node = node;
    this.faults = faults;
    this.acknowledgements = acknowledgements;
    this.waiting = waiting;
    this.wakeUp = wakeUp;
  }

  /** Takes a record whose epoch is committed. */
  void add(OutgoingRecord committedRecord) {
    waiting.incrementAndGet();
    committed.add(committedRecord);
  }

  TypeName name() {
    return name;
  }

  /** How often in a row the receiver has refused. */
  int failures() {
    return failures;
  }

  /** Delivers the next batch, or looks after the one that is under way. */
  boolean step() {
    if (underWay) {
      Outcome result = outcome;
      if (result == null) {
        return false;
      }
      outcome = null;
      underWay = false;
      finish(result.failure());
      return true;
    }
    if (node.clock().millis() < notBefore) {
      return false;
    }
    fill();
    if (batch.isEmpty()) {
      return false;
    }
    deliver();
    return true;
  }

  /** When there is something to do again if nobody wakes it, in milliseconds. */
  long nextWakeUp() {
    return batch.isEmpty() || underWay ? Long.MAX_VALUE : notBefore;
  }

  private void fill() {
    while (batch.size() < BATCH) {
      OutgoingRecord next = committed.poll();
      if (next == null) {
        return;
      }
      batch.add(next);
    }
  }

  private void deliver() {
    faults.reached(FaultPoint.BEFORE_DELIVER);
    underWay = true;
    CompletionStage<?> stage;
    try {
      stage = egress.deliver(batch.stream().map(OutgoingRecord::delivery).toList());
    } catch (RuntimeException failure) {
      outcome = new Outcome(failure);
      return;
    }
    stage.whenComplete(
        (done, failure) -> {
          outcome = new Outcome(failure);
          wakeUp.run();
        });
  }

  private void finish(@Nullable Throwable failure) {
    if (failure != null) {
      failures++;
      long pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(failures - 1, 20));
      notBefore = node.clock().millis() + pause;
      LOG.warn(
          "Egress {} did not take {} records at attempt {}; next one in {} ms: {}",
          name,
          batch.size(),
          failures,
          pause,
          failure.toString());
      return;
    }
    failures = 0;
    faults.reached(FaultPoint.AFTER_DELIVER);
    Map<Integer, Long> newest = new HashMap<>();
    for (OutgoingRecord delivered : batch) {
      newest.put(delivered.partition(), delivered.number());
    }
    byte[] key = Keys.acknowledged(name);
    newest.forEach(
        (partition, number) ->
            acknowledgements.store(
                partition, key, new ByteWriter(10).writeVarLong(number).toByteArray()));
    waiting.addAndGet(-batch.size());
    batch.clear();
  }

  private record Outcome(@Nullable Throwable failure) {}

  /** Notes in a partition how far its records were delivered. */
  @FunctionalInterface
  interface Acknowledgements {
    void store(int partition, byte[] key, byte[] value);
  }
}
