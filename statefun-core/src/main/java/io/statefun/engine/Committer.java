/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.EpochLog;
import io.statefun.cluster.EpochOutput;
import io.statefun.io.RefusedRecordsException;
import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Raises the barriers of a node and commits its epochs: a group commit. As soon as one commit is
 * done and something has changed, the next barrier is raised, so an idle node commits at once, and
 * a busy one commits large groups. While an epoch is being committed, the workers fill the next
 * one.
 */
final class Committer implements Barrier {

  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

  private static final long FIRST_PAUSE = 20;
  private static final long LONGEST_PAUSE = 5_000;

  /** How long what can be done again after a crash may wait for other changes. */
  private static final long LONGEST_DEFERRAL = 1_000;

  /** Of epochs that are not written. */
  private static final UUID NOBODY = new UUID(0, 0);

  private static final long NOTHING_DEFERRED = Long.MAX_VALUE;
  private static final long IDLE_SINCE = Long.MAX_VALUE;

  private final NodeServices node;
  private final PartitionOwners owners;
  private final int recordsInMemory;
  private final EpochLog log;
  private final FaultPoint.Listener faults;
  private final Applier applier;
  private final CommitListener listener;
  private final Runnable wakeUp;
  private final AtomicReferenceArray<@Nullable EpochPart> parts;
  private final String application;
  private final EpochWriter writer = new EpochWriter();
  private final ByteWriter buffer = new ByteWriter(1024);

  /** What leaves with the epoch that is being committed. */
  private EpochOutput output = EpochOutput.NOTHING;

  /** What its partitions need, the same at each attempt, as an object of the first may be there. */
  private List<EpochHeader.Need> needs = List.of();

  private volatile long epoch;
  private volatile boolean changed;
  private volatile boolean takesInput = true;

  /** The epoch that is being committed. */
  private long ending;

  /** Asked for and not begun, and what goes with the epoch that is being committed. */
  private final AtomicReference<@Nullable Change> asked = new AtomicReference<>();

  private @Nullable Change change;

  /** The newest savepoint that was asked for. */
  private final AtomicLong askedSavepoint = new AtomicLong();

  /** The newest that an epoch has ended for, here or wherever partitions were. */
  private volatile long newestSavepoint;

  /** The one that the epoch ends for that is being committed; 0 for none. */
  private volatile long savepoint;

  /** To which partitions its markers go, and from which they come. */
  private volatile List<Integer> savepointSenders = List.of();

  /** Whether the epoch has so many changes that it must end whatever the interval says. */
  private volatile boolean full;

  /** How many bytes of changes have ended with their epoch and are not committed. */
  private final AtomicLong committingBytes = new AtomicLong();

  /**
   * By worker: the changes of its epoch, and its rows beyond or, if negative, below their limit.
   */
  private final AtomicLongArray heldByWorkers;

  /**
   * Whether there was room when a worker looked last. When there is none any more, those that rest
   * are woken, too: they may have rows to let go.
   */
  private volatile boolean hadRoom = true;

  private volatile long deferredSince = NOTHING_DEFERRED;
  private volatile long committed;
  private Phase phase = Phase.IDLE;
  private long raisedAt = Long.MIN_VALUE / 2;
  private long notBefore = Long.MIN_VALUE;
  private volatile int failures;
  private volatile @Nullable String lastFailure;

  /** When the barrier of the epoch was raised that is being committed, or {@link #IDLE_SINCE}. */
  private volatile long committingSince = IDLE_SINCE;

  private long started;
  private long cutNanos;

  /**
   * @param application identifies the application's data
   * @param recordsInMemory how many records each egress keeps in memory for its receiver
   */
  Committer(
      NodeServices node,
      String application,
      PartitionOwners owners,
      int workers,
      int recordsInMemory,
      long firstEpoch,
      EpochLog log,
      FaultPoint.Listener faults,
      Applier applier,
      CommitListener listener,
      Runnable wakeUp) {
    this.node = node;
    this.application = application;
    this.owners = owners;
    this.recordsInMemory = recordsInMemory;
    this.parts = new AtomicReferenceArray<>(workers);
    this.heldByWorkers = new AtomicLongArray(workers);
    this.epoch = firstEpoch;
    this.committed = firstEpoch - 1;
    this.log = log;
    this.faults = faults;
    this.applier = applier;
    this.listener = listener;
    this.wakeUp = wakeUp;
  }

  // Seen by workers

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public Routes routes() {
    return owners.routes();
  }

  @Override
  public long savepoint() {
    return savepoint;
  }

  @Override
  public List<Integer> savepointSenders() {
    return savepointSenders;
  }

  @Override
  public long newestSavepoint() {
    return newestSavepoint;
  }

  @Override
  public void requestSavepoint(long number) {
    if (number > newestSavepoint && number > askedSavepoint.get()) {
      askedSavepoint.accumulateAndGet(number, Math::max);
      endNow();
    }
  }

  @Override
  public boolean mayHandle(int worker, long epochBytes, long epochRecords, long excessBytes) {
    heldByWorkers.lazySet(worker, epochBytes + excessBytes);
    // Two epochs may wait for a receiver before its records have to be put aside, also when all of
    // them are for the same one.
    if (epochBytes > node.limits().maxEpochBytes() / parts.length()
        || epochRecords > recordsInMemory / 2 / parts.length()) {
      endNow();
      return false;
    }
    if (!hasRoom()) {
      // If it is this epoch that takes the room, nobody gets any before it ends.
      if (epochBytes > node.limits().maxUnappliedBytes() / 2 / parts.length()) {
        endNow();
      }
      return false;
    }
    return !listener.holdsUp();
  }

  /**
   * Whether there is memory for more changes. What the rows leave of theirs is good for changes,
   * too: those of few rows can be merged for longer. Rows that the backend lacks, which cannot go,
   * take room from the changes.
   */
  private boolean hasRoom() {
    long held = committingBytes.get() + applier.unapplied();
    for (int i = 0; i < heldByWorkers.length(); i++) {
      held += heldByWorkers.get(i);
    }
    long limit = node.limits().maxUnappliedBytes();
    if (held > limit / 4 * 3) {
      applier.makeRoom();
      listener.wakeApplier();
    }
    boolean room = held <= limit;
    // Once, as workers that wait look again by themselves.
    if (!room && hadRoom) {
      listener.wakeWorkers();
    }
    hadRoom = room;
    return room;
  }

  private void endNow() {
    if (!full) {
      full = true;
      changed = true;
      wakeUp.run();
    }
  }

  @Override
  public void changed() {
    if (!changed) {
      changed = true;
      wakeUp.run();
    }
  }

  /**
   * Has an epoch end within about a second, if nothing ends it before: something has changed that
   * is worth no commit of its own, as that records have arrived at their receivers. A busy node
   * commits it with the next epoch; an idle one makes one commit, which brings nothing to
   * acknowledge, and rests.
   *
   * <p>Called by workers, after the change.
   */
  void changedSlightly() {
    if (deferredSince == NOTHING_DEFERRED) {
      deferredSince = node.clock().millis();
      wakeUp.run();
    }
  }

  /**
   * Has partitions come or leave between two epochs, at once. Only one such change may be under
   * way. It is done when the last epoch before it is committed.
   */
  void change(Change next) {
    if (!asked.compareAndSet(null, next)) {
      throw new IllegalStateException("Partitions are coming or leaving already");
    }
    endNow();
  }

  /** Has what was deferred committed at once, and tells whether there was anything. */
  boolean hurry() {
    boolean deferred = deferredSince != NOTHING_DEFERRED;
    if (deferred) {
      changed();
    }
    return deferred;
  }

  @Override
  public void complete(int worker, EpochPart part) {
    committingBytes.addAndGet(part.bytes());
    if (!parts.compareAndSet(worker, null, part)) {
      throw new IllegalStateException("Worker " + worker + " ended an epoch twice");
    }
    wakeUp.run();
  }

  @Override
  public boolean takesInput() {
    return takesInput;
  }

  // Seen by others

  /** Has workers take nothing from outside any more, neither messages nor what ingresses have. */
  void takeNoInput() {
    takesInput = false;
  }

  @Override
  public long committed() {
    return committed;
  }

  /** Whether everything that has changed is committed. */
  boolean isIdle() {
    return phase == Phase.IDLE && !changed && deferredSince == NOTHING_DEFERRED;
  }

  /** How often in a row the store has failed to take the epoch. */
  int failures() {
    return failures;
  }

  /** Why it has, the last time; null if it has not. */
  @Nullable String lastFailure() {
    return lastFailure;
  }

  /** For how long an epoch has been waiting for its commit. */
  Duration waiting() {
    long since = committingSince;
    return since == IDLE_SINCE
        ? Duration.ZERO
        : Duration.ofMillis(Math.max(0, node.clock().millis() - since));
  }

  // The loop

  /**
   * Goes on with the commit.
   *
   * @return whether there was anything to do
   * @throws io.statefun.snapshot.FencedException if another process has taken over
   */
  boolean step() {
    return switch (phase) {
      case IDLE -> raise();
      case CUTTING -> collect();
      case WRITING -> commit();
    };
  }

  /** When there is something to do again if nobody wakes it, in milliseconds. */
  long nextWakeUp() {
    return switch (phase) {
      case IDLE -> Math.max(nextDue(), raisedAt + node.limits().minCommitInterval().toMillis());
      case CUTTING -> Long.MAX_VALUE;
      case WRITING -> notBefore;
    };
  }

  private long nextDue() {
    long since = deferredSince;
    if (changed) {
      return Long.MIN_VALUE;
    }
    return since == NOTHING_DEFERRED ? Long.MAX_VALUE : since + LONGEST_DEFERRAL;
  }

  private boolean raise() {
    Duration interval = node.limits().minCommitInterval();
    long now = node.clock().millis();
    boolean early = !full && now >= raisedAt && now - raisedAt < interval.toMillis();
    if (early || !(changed || isDeferredEnough(now))) {
      return false;
    }
    changed = false;
    full = false;
    deferredSince = NOTHING_DEFERRED;
    raisedAt = now;
    committingSince = now;
    started = System.nanoTime();
    phase = Phase.CUTTING;
    Change next = asked.getAndSet(null);
    savepoint = next == null ? nextSavepoint() : 0;
    long last = epoch;
    ending = last;
    if (next != null) {
      owners.change(next.routes());
      newestSavepoint = Math.max(newestSavepoint, next.newestSavepoint());
      last = Math.max(last, next.lastEpoch());
    }
    change = next;
    epoch = last + 1;
    if (next != null && askedSavepoint.get() > newestSavepoint) {
      endNow();
    }
    listener.wakeWorkers();
    return true;
  }

  /** Partitions come and leave before a savepoint or after it, not with it. */
  private long nextSavepoint() {
    long number = askedSavepoint.get();
    if (number <= newestSavepoint || owners.routes().size() == 0) {
      return 0;
    }
    newestSavepoint = number;
    // In inboxes of partitions that are together, there may be messages of each other from before,
    // and messages from outside.
    savepointSenders = log.takesOutput() ? owners.routes().all() : List.of();
    listener.beginSavepoint();
    return number;
  }

  /** Begins with partitions that have their part in savepoints up to one, before any step. */
  void beginAfterSavepoint(long number) {
    newestSavepoint = number;
  }

  @Override
  public void savepointPassed(long number, int partition) {
    listener.savepointPassed(number, partition);
  }

  @Override
  public void savepointRequested(String request) {
    listener.savepointRequested(request);
  }

  /** A clock that was set back must not defer anything further. */
  private boolean isDeferredEnough(long now) {
    long since = deferredSince;
    return since != NOTHING_DEFERRED && (now < since || now - since >= LONGEST_DEFERRAL);
  }

  private boolean collect() {
    for (int worker = 0; worker < parts.length(); worker++) {
      if (parts.get(worker) == null) {
        return false;
      }
    }
    cutNanos = System.nanoTime() - started;
    faults.reached(FaultPoint.EPOCH_CUT);
    writer.begin();
    for (int worker = 0; worker < parts.length(); worker++) {
      EpochPart part = java.util.Objects.requireNonNull(parts.get(worker));
      part.partitions.forEach(this::write);
    }
    needs = listener.needs(partitions());
    output = log.takesOutput() ? outputOfParts() : EpochOutput.NOTHING;
    phase = Phase.WRITING;
    return true;
  }

  private EpochOutput outputOfParts() {
    List<OutgoingRecord> records = new ArrayList<>();
    List<EpochOutput.Posted> posted = new ArrayList<>();
    List<EpochOutput.Position> positions = new ArrayList<>();
    Map<Integer, Long> inboxes = new HashMap<>();
    for (int worker = 0; worker < parts.length(); worker++) {
      EpochPart part = java.util.Objects.requireNonNull(parts.get(worker));
      for (PartitionEpoch partition : part.partitions) {
        records.addAll(partition.transactional);
        posted.addAll(partition.posted);
        inboxes.put(partition.partition.index, partition.inbox);
      }
      part.positions.stream()
          .filter(EpochPart.SplitPosition::inLog)
          .map(read -> new EpochOutput.Position(read.ingress(), read.split().id(), read.position()))
          .forEach(positions::add);
    }
    if (savepoint > 0) {
      byte[] marker = Posting.marker(savepoint, owners.routes().numbers());
      savepointSenders.forEach(partition -> posted.add(new EpochOutput.Posted(partition, marker)));
    }
    return new EpochOutput(new Deliveries(application, records), posted, positions, inboxes);
  }

  private void write(PartitionEpoch ended) {
    if (ended.isEmpty()) {
      return;
    }
    writer.beginSection(ended.partition.index, ended.summary());
    ended.changes.forEach(
        change -> {
          Object value = change.value();
          if (value == null) {
            writer.delete(change.key());
          } else if (value instanceof io.statefun.wire.StoredBytes resting) {
            writer.put(change.key(), resting);
          } else {
            writer.put(change.key(), (byte[]) value);
          }
        });
    writer.addAll(ended.rows.records());
    ended.pending.writeTo(writer::pending, buffer);
    ended.writeEgress(writer);
  }

  private boolean commit() {
    if (node.clock().millis() < notBefore) {
      return false;
    }
    faults.reached(FaultPoint.BEFORE_COMMIT);
    EpochId id = new EpochId(ending, NOBODY);
    long begun = System.nanoTime();
    try {
      // A node without partitions has nothing to commit, but goes on with its epochs.
      if (!needs.isEmpty()) {
        id = log.commit(ending, writer, needs, output);
      }
    } catch (RefusedRecordsException e) {
      refuse(e.causes());
      return true;
    } catch (IOException e) {
      failures++;
      lastFailure = e.toString();
      long pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(failures - 1, 20));
      notBefore = node.clock().millis() + pause;
      // Once is no news, as with each change of the processes that share the partitions.
      LOG.atLevel(failures == 1 ? Level.DEBUG : Level.WARN)
          .log(
              "Epoch {} is not committed after {} attempts, and nothing is lost; next one in {} ms: {}",
              ending,
              failures,
              pause,
              e.toString());
      return true;
    }
    long commitNanos = System.nanoTime() - begun;
    faults.reached(FaultPoint.AFTER_COMMIT);
    failures = 0;
    lastFailure = null;
    committingSince = IDLE_SINCE;
    notBefore = Long.MIN_VALUE;
    committed = ending;
    List<EpochPart> ended = new ArrayList<>(parts.length());
    for (int worker = 0; worker < parts.length(); worker++) {
      EpochPart part = java.util.Objects.requireNonNull(parts.getAndSet(worker, null));
      ended.add(part);
    }
    output = EpochOutput.NOTHING;
    committingBytes.set(0);
    applier.add(ended);
    phase = Phase.IDLE;
    if (node.functions().mayBeRemote()) {
      listener.wakeWorkers();
    }
    long logNanos = needs.isEmpty() ? 0 : log.transactionNanos();
    listener.committed(
        id,
        needs,
        ended,
        new EngineListener.Commit(
            System.nanoTime() - started,
            writer.length(),
            writer.records(),
            cutNanos,
            commitNanos - logNanos,
            logNanos));
    Change done = change;
    change = null;
    if (done != null) {
      done.committed().complete(null);
    }
    ended.forEach(part -> part.partitions.forEach(PartitionEpoch::keepChangesOnly));
    faults.reached(FaultPoint.AFTER_NOTIFY);
    return true;
  }

  private List<Integer> partitions() {
    List<Integer> numbers = new ArrayList<>();
    for (int worker = 0; worker < parts.length(); worker++) {
      java.util.Objects.requireNonNull(parts.get(worker))
          .partitions
          .forEach(ended -> numbers.add(ended.partition.index));
    }
    return numbers;
  }

  /** Writes the epoch anew, with these records among the dead letters in place of the output. */
  private void refuse(Map<Integer, Throwable> causes) {
    writer.reopen();
    int index = 0;
    for (int worker = 0; worker < parts.length(); worker++) {
      for (PartitionEpoch ended : java.util.Objects.requireNonNull(parts.get(worker)).partitions) {
        List<OutgoingRecord> accepted = new ArrayList<>();
        for (OutgoingRecord outgoing : ended.transactional) {
          Throwable cause = causes.get(index++);
          if (cause == null) {
            accepted.add(outgoing);
          } else if (!DeadLetterEgress.keeps(node.deadLetterEgress(), outgoing.egress())) {
            OutgoingRecord refused = RefusedRecords.of(outgoing, cause);
            ended.egress.add(refused);
            writer.beginSection(
                ended.partition.index, PartitionEpoch.summary(false, List.of(refused)));
            buffer.reset();
            refused.write(buffer);
            writer.egress(buffer);
          }
        }
        ended.transactional = accepted;
      }
    }
    output = outputOfParts();
  }

  private enum Phase {
    /** Nothing is under way. */
    IDLE,
    /** A barrier is raised; not all workers have cut. */
    CUTTING,
    /** The epoch is being made durable. */
    WRITING
  }

  /** Is told how commits go. */
  interface CommitListener {

    /** A barrier is raised, or memory has become full. */
    void wakeWorkers();

    /**
     * An epoch is committed.
     *
     * @param needs what it says that its partitions need
     */
    void committed(
        EpochId epoch,
        List<EpochHeader.Need> needs,
        List<EpochPart> parts,
        EngineListener.Commit commit);

    /** An epoch ends that is the last before a savepoint, and no worker knows it yet. */
    void beginSavepoint();

    /** A partition is past a savepoint in which it has no part. */
    void savepointPassed(long number, int partition);

    /** Somebody elsewhere asks for a savepoint. */
    void savepointRequested(String request);

    /** The applier is to make room. */
    void wakeApplier();

    /**
     * Whether committed records wait in such numbers that there should be no more for the moment.
     */
    boolean holdsUp();

    /** What partitions would be restored from, but for the epoch that is being committed. */
    List<EpochHeader.Need> needs(List<Integer> partitions);
  }

  /**
   * Partitions come or leave.
   *
   * @param routes what the node has afterwards
   * @param lastEpoch the highest epoch of those that come: the next one is above it
   * @param newestSavepoint the newest one that any of those that come has a part in, or is past
   * @param committed completed by the committer when the last epoch before is committed
   */
  record Change(
      Routes routes, long lastEpoch, long newestSavepoint, CompletableFuture<Void> committed) {}
}
