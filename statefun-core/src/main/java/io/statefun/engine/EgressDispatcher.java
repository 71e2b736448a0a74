/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.io.Egress;
import io.statefun.io.RefusedRecordsException;
import io.statefun.message.TypeName;
import io.statefun.snapshot.FaultPoint;
import io.statefun.state.Overlay;
import io.statefun.state.StateBackend;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the committed records of one egress to its receiver, in the order of each partition, one
 * batch at a time, again and again until the receiver has them; and notes in the partitions what it
 * has.
 *
 * <p>When half of the records that memory has room for wait, the functions pause a moment, so that
 * a receiver that is late for once catches up. Of one that is too slow or dead nobody else gets to
 * know more. When too many records wait in memory, all of them are put aside into the state of
 * their partitions, and so are those that come later; from there they are read back when their turn
 * has come. So the memory that they take is bounded, and the functions and the other egresses go
 * on. What waits is then a part of the state like any other, in base snapshots too, and no epoch
 * object has to stay for it.
 *
 * <p>The order is: the batch, {@code queue}, what is in the state and not read, {@code later}.
 */
final class EgressDispatcher {

  private static final Logger LOG = LoggerFactory.getLogger(EgressDispatcher.class);

  private static final int BATCH = 512;
  private static final long LONGEST_HOLD = 500;
  private static final long NOT_CROWDED = Long.MAX_VALUE;
  private static final long FIRST_PAUSE = 100;
  private static final long LONGEST_PAUSE = 30_000;

  private final TypeName name;
  private final Egress egress;
  private final NodeServices node;
  private final String application;
  private final FaultPoint.Listener faults;
  private final Partitions partitions;
  private final int maxInMemory;
  private final Runnable wakeUp;
  private final Backlog[] backlogs;

  // Guarded by this, as the backlogs are.

  /** What is being delivered; null in place of records whose partition has left meanwhile. */
  private final List<@Nullable OutgoingRecord> batch = new ArrayList<>();

  private final ArrayDeque<OutgoingRecord> queue = new ArrayDeque<>();
  private final ArrayDeque<OutgoingRecord> later = new ArrayDeque<>();
  private long unread;
  private boolean overflowing;

  private long waiting;

  /** Since when there are so many records in memory that it is worth a pause. */
  private volatile long crowdedSince = NOT_CROWDED;

  private volatile int failures;
  private @Nullable volatile Outcome outcome;
  private boolean underWay;
  private long notBefore = Long.MIN_VALUE;

  /**
   * @param application tells this application's records from those of any other
   * @param maxInMemory how many records may wait in memory
   */
  EgressDispatcher(
      TypeName name,
      Egress egress,
      NodeServices node,
      String application,
      FaultPoint.Listener faults,
      Partitions partitions,
      int maxInMemory,
      Runnable wakeUp) {
    this.name = name;
    this.egress = egress;
    this.node = node;
    this.application = application;
    this.faults = faults;
    this.partitions = partitions;
    this.maxInMemory = maxInMemory;
    this.wakeUp = wakeUp;
    this.backlogs = new Backlog[node.partitions()];
    Arrays.setAll(backlogs, index -> new Backlog(index, name));
  }

  TypeName name() {
    return name;
  }

  /** How often in a row the receiver has refused. */
  int failures() {
    return failures;
  }

  /** How many committed records the receiver is not known to have. */
  synchronized long waiting() {
    return waiting;
  }

  /** Whether the functions should make no more records for the moment. Called by any thread. */
  boolean holdsUp() {
    long since = crowdedSince;
    if (since == NOT_CROWDED) {
      return false;
    }
    long now = node.clock().millis();
    return since <= now && now - since < LONGEST_HOLD;
  }

  private void noteCrowd() {
    if (overflowing || batch.size() + queue.size() + later.size() <= maxInMemory / 2) {
      crowdedSince = NOT_CROWDED;
    } else if (crowdedSince == NOT_CROWDED) {
      crowdedSince = node.clock().millis();
    }
  }

  // Told by recovery and by the committer

  /** Takes up what waits in the state of a partition, before anything else. */
  synchronized void restore(int partition, EgressProgress progress) {
    backlogs[partition].restore(progress);
    unread += progress.waiting();
    waiting += progress.waiting();
  }

  /** Lets go of the records of a partition that has left; its next node delivers them. */
  synchronized void forget(int partition) {
    long before = queue.size() + later.size();
    for (int i = 0; i < batch.size(); i++) {
      OutgoingRecord outgoing = batch.get(i);
      if (outgoing != null && outgoing.partition() == partition) {
        batch.set(i, null);
        waiting--;
      }
    }
    queue.removeIf(outgoing -> outgoing.partition() == partition);
    later.removeIf(outgoing -> outgoing.partition() == partition);
    long left = backlogs[partition].unread();
    backlogs[partition] = new Backlog(partition, name);
    waiting -= left + before - queue.size() - later.size();
    unread -= left;
    if (unread == 0) {
      overflowing = false;
      queue.addAll(later);
      later.clear();
    }
    noteCrowd();
  }

  /**
   * Takes those records of a partition that are for this egress; their epoch is committed.
   *
   * @return whether there were any
   */
  synchronized boolean add(int partition, List<OutgoingRecord> committed) {
    List<OutgoingRecord> aside = new ArrayList<>();
    int count = 0;
    for (OutgoingRecord outgoing : committed) {
      if (!outgoing.egress().equals(name)) {
        continue;
      }
      count++;
      if (!overflowing && batch.size() + queue.size() + later.size() >= maxInMemory) {
        overflow();
      }
      if (overflowing) {
        aside.add(outgoing);
      } else {
        (unread > 0 ? later : queue).add(outgoing);
      }
    }
    waiting += count;
    unread += aside.size();
    putAside(partition, aside);
    noteCrowd();
    return count > 0;
  }

  private void overflow() {
    overflowing = true;
    LOG.warn(
        "Egress {} takes its records too slowly: {} wait. From now on they wait in the state of"
            + " their functions' partitions, until the receiver has caught up.",
        name,
        waiting);
    putAside();
  }

  /** Puts what is in memory into the state, so that no epoch object has to stay for it. */
  synchronized void putAside() {
    // The batch and the queue stay in memory too: they are the next to be delivered.
    byPartition(batch, queue)
        .forEach(
            (partition, records) -> {
              putAside(partition, records);
              backlogs[partition].skip(records.size());
            });
    unread += later.size();
    byPartition(later).forEach(this::putAside);
    later.clear();
  }

  @SafeVarargs
  private Map<Integer, List<OutgoingRecord>> byPartition(
      Collection<? extends @Nullable OutgoingRecord>... inMemory) {
    Map<Integer, List<OutgoingRecord>> result = new TreeMap<>();
    for (Collection<? extends @Nullable OutgoingRecord> records : inMemory) {
      for (OutgoingRecord outgoing : records) {
        if (outgoing != null && !backlogs[outgoing.partition()].has(outgoing)) {
          result.computeIfAbsent(outgoing.partition(), key -> new ArrayList<>()).add(outgoing);
        }
      }
    }
    return result;
  }

  private void putAside(int partition, List<OutgoingRecord> records) {
    if (!records.isEmpty()) {
      faults.reached(FaultPoint.BEFORE_PUT_ASIDE);
      Consumer<Overlay> add = backlogs[partition].add(records);
      partitions.change(partition, of -> add.accept(of.overlay));
    }
  }

  // The loop

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
    if (!fill()) {
      return readBack() || refresh();
    }
    deliver();
    return true;
  }

  /** When there is something to do again if nobody wakes it, in milliseconds. */
  long nextWakeUp() {
    return batch.isEmpty() || underWay ? Long.MAX_VALUE : notBefore;
  }

  /** Whether records that are put aside are to be read back, as soon as the backend has them. */
  synchronized boolean awaitsBackend() {
    return unread > 0 && queue.isEmpty() && batch.isEmpty();
  }

  private synchronized boolean fill() {
    batch.removeIf(Objects::isNull);
    while (batch.size() < BATCH && !queue.isEmpty()) {
      batch.add(queue.remove());
    }
    return !batch.isEmpty();
  }

  private boolean readBack() {
    int room = Math.min(BATCH, maxInMemory);
    boolean any = false;
    for (Map.Entry<Backlog, Backlog.Unread> entry : unread().entrySet()) {
      Backlog.Unread next = entry.getValue();
      List<OutgoingRecord> records = next.read(partitions.store(next.partition()), room);
      if (!records.isEmpty()) {
        faults.reached(FaultPoint.AFTER_READ_BACK);
        hasRead(entry.getKey(), records);
        room -= records.size();
        any = true;
      }
      if (room == 0) {
        break;
      }
    }
    return any;
  }

  /** What is to be read back may be committed, and yet wait for the backend. */
  private boolean refresh() {
    if (awaitsBackend()) {
      partitions.refresh();
    }
    return false;
  }

  private synchronized Map<Backlog, Backlog.Unread> unread() {
    Map<Backlog, Backlog.Unread> result = new LinkedHashMap<>();
    if (unread > 0) {
      for (Backlog backlog : backlogs) {
        if (backlog.unread() > 0) {
          result.put(backlog, backlog.next());
        }
      }
    }
    return result;
  }

  private synchronized void hasRead(Backlog backlog, List<OutgoingRecord> records) {
    if (backlogs[backlog.partition()] != backlog) {
      // The partition has left meanwhile.
      return;
    }
    backlog.advance(records.size());
    unread -= records.size();
    queue.addAll(records);
    if (overflowing && unread <= maxInMemory / 2) {
      overflowing = false;
      LOG.info("Egress {} has nearly caught up: {} records wait", name, waiting);
    }
    if (unread == 0) {
      queue.addAll(later);
      later.clear();
    }
  }

  private void deliver() {
    faults.reached(FaultPoint.BEFORE_DELIVER);
    underWay = true;
    CompletionStage<?> stage;
    try {
      stage = egress.deliver(deliveries());
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

  private synchronized List<Egress.Delivery> deliveries() {
    batch.removeIf(Objects::isNull);
    return batch.stream()
        .map(Objects::requireNonNull)
        .map(outgoing -> outgoing.delivery(application))
        .toList();
  }

  private void finish(@Nullable Throwable failure) {
    Map<Integer, Throwable> refused = refused(failure);
    if (failure != null && refused.isEmpty()) {
      pause(failure);
      return;
    }
    failures = 0;
    faults.reached(FaultPoint.AFTER_DELIVER);
    if (!refused.isEmpty()) {
      LOG.warn(
          "Egress {} refuses {} records for good, which become dead letters, as: {}",
          name,
          refused.size(),
          refused.values().iterator().next().toString());
    }
    acknowledge(refused);
  }

  private static Map<Integer, Throwable> refused(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof RefusedRecordsException refused ? refused.causes() : Map.of();
  }

  private void pause(Throwable failure) {
    int inARow = failures + 1;
    failures = inARow;
    long pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(inARow - 1, 20));
    notBefore = node.clock().millis() + pause;
    LOG.warn(
        "Egress {} did not take {} records at attempt {}; next one in {} ms: {}",
        name,
        batch.size(),
        inARow,
        pause,
        failure.toString());
  }

  /** Notes what has arrived. Nothing may be put aside meanwhile: the order of changes counts. */
  private synchronized void acknowledge(Map<Integer, Throwable> refused) {
    Map<Integer, Acknowledgement> byPartition = new TreeMap<>();
    for (int i = 0; i < batch.size(); i++) {
      OutgoingRecord delivered = batch.get(i);
      if (delivered != null) {
        byPartition
            .computeIfAbsent(delivered.partition(), key -> new Acknowledgement())
            .add(delivered, refused.get(i));
        waiting--;
      }
    }
    byPartition.forEach(this::acknowledge);
    batch.clear();
    noteCrowd();
  }

  private void acknowledge(int partition, Acknowledgement arrived) {
    Backlog backlog = backlogs[partition];
    int fromState = (int) arrived.records.stream().filter(backlog::has).count();
    byte[] key = Keys.acknowledged(name);
    byte[] newest = EgressProgress.acknowledged(arrived.newest());
    Consumer<Overlay> remove = fromState == 0 ? overlay -> {} : backlog.remove(fromState);
    partitions.change(
        partition,
        of -> {
          of.overlay.put(key, newest);
          arrived.deadLetters.forEach(of.deadLetters::add);
          remove.accept(of.overlay);
        });
  }

  /** What has come of the records of a partition in the batch. */
  private final class Acknowledgement {

    private final List<OutgoingRecord> records = new ArrayList<>();
    private final Map<Long, byte[]> deadLetters = new LinkedHashMap<>();

    void add(OutgoingRecord delivered, @Nullable Throwable refusal) {
      records.add(delivered);
      if (refusal != null) {
        // The number is the record's own, as of nothing else in the partition.
        deadLetters.put(
            delivered.number(),
            RefusedRecords.deadLetter(delivered, refusal, node.clock()).write());
      }
    }

    long newest() {
      return records.get(records.size() - 1).number();
    }
  }

  private record Outcome(@Nullable Throwable failure) {}

  /** The partitions of the node. */
  interface Partitions {

    /** Has a partition's worker change its state soon; changes of one caller keep their order. */
    void change(int partition, Consumer<Partition> change);

    /** The committed state of a partition. */
    StateBackend.PartitionStore store(int partition);

    /** Has that state brought up to the last commit soon. */
    void refresh();
  }
}
