/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.snapshot.ChunkPool;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.RecordBuffer;
import io.statefun.state.Change;
import io.statefun.state.StateBackend;
import io.statefun.wire.StoredBytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes committed epochs to the backend. Epochs gather until there are enough changes, or the
 * oldest has waited long enough, so that an instance that changes in each of ten epochs is written
 * once.
 */
final class Applier {

  private static final long LONGEST_WAIT = 10_000;
  private static final int MERGED_AT_LEAST = 32 * 1024;

  private final NodeServices node;
  private final ChunkPool chunks;
  private final FaultPoint.Listener faults;
  private final AppliedListener listener;
  private final Queue<List<EpochPart>> committed = new ConcurrentLinkedQueue<>();
  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private final Queue<Drop> drops = new ConcurrentLinkedQueue<>();
  private final Queue<Wanted> wanted = new ConcurrentLinkedQueue<>();
  private final AtomicLong unapplied = new AtomicLong();
  private final RowChanges.Merger merger = new RowChanges.Merger();
  private final Gathered[] gathered;

  private long gatheredEpoch;
  private boolean hasGathered;

  /** What has been gathered ends with a savepoint, whose content is to be opened. */
  private @Nullable List<EpochPart> savepoint;

  private long gatheredSince;
  private int next;
  private volatile boolean applying;
  private volatile boolean asked;

  /**
   * @param chunks where merged rows get room
   * @param epoch the newest epoch that the backend has
   */
  Applier(
      NodeServices node,
      ChunkPool chunks,
      long epoch,
      FaultPoint.Listener faults,
      AppliedListener listener) {
    this.chunks = chunks;
    this.gatheredEpoch = epoch;
    this.node = node;
    this.faults = faults;
    this.listener = listener;
    this.gathered = new Gathered[node.partitions()];
  }

  /** Takes the parts of a committed epoch. Called by the committer. */
  void add(List<EpochPart> parts) {
    long bytes = 0;
    for (EpochPart part : parts) {
      bytes += part.bytes();
      for (PartitionEpoch ended : part.partitions) {
        if (ended.hasChanges()) {
          ended.partition.setChangedEpoch(part.epoch);
        }
      }
    }
    unapplied.addAndGet(bytes);
    committed.add(parts);
  }

  /** About how many bytes of committed changes are not in the backend. */
  long unapplied() {
    return unapplied.get();
  }

  /** Has everything that is committed written soon. */
  void ask() {
    asked = true;
  }

  /**
   * Has memory freed soon: what is being written has to be done before there is any need of more.
   */
  void makeRoom() {
    if (!applying) {
      asked = true;
    }
  }

  /**
   * Has the backend hold everything of a partition that is committed by now.
   *
   * @param done is run when it does, or the partition has left; soon, and must be quick
   */
  void apply(Partition partition, Runnable done) {
    wanted.add(new Wanted(partition, done));
  }

  /** Opens the content of a partition, with everything that is committed by now. */
  void scan(Partition partition, BaseSnapshots.Scanned result) {
    requests.add(new Request(partition, result));
  }

  /**
   * Writes nothing more of partitions that have left; what the backend lacks of them, it gets again
   * if they come back.
   *
   * @param dropped to be completed when nobody uses their part of the backend any more
   */
  void drop(Collection<Partition> partitions, CompletableFuture<Void> dropped) {
    drops.add(new Drop(partitions, dropped));
  }

  /** Gathers what was committed, or writes one partition. */
  boolean step() {
    Drop drop = drops.poll();
    if (drop != null) {
      while (gather() && savepoint != null) {
        applyAll();
        openSavepoint(savepoint);
      }
      drop.partitions().forEach(partition -> drop(partition.index));
      drop.dropped().complete(null);
      return true;
    }
    if (applying) {
      applyNext();
      return true;
    }
    if (savepoint != null) {
      openSavepoint(savepoint);
      return true;
    }
    boolean any = gather();
    if (savepoint != null) {
      applying = true;
      next = 0;
      return true;
    }
    Request request = requests.poll();
    if (request != null) {
      open(request);
      return true;
    }
    Wanted by = wanted.poll();
    if (by != null) {
      apply(by.partition().index);
      by.done().run();
      return true;
    }
    if (hasGathered && isDue()) {
      asked = false;
      applying = true;
      next = 0;
      return true;
    }
    return any;
  }

  /** When there is something to do again if nobody wakes it, in milliseconds. */
  long nextWakeUp() {
    return !hasGathered ? Long.MAX_VALUE : gatheredSince + LONGEST_WAIT;
  }

  private boolean isDue() {
    long now = node.clock().millis();
    return asked || now - gatheredSince >= LONGEST_WAIT || now < gatheredSince;
  }

  private void open(Request request) {
    Partition partition = request.partition();
    if (partition.isGone()) {
      request.result().refused = true;
      listener.scanned();
      return;
    }
    apply(partition.index);
    StateBackend.PartitionStore store = partition.overlay.store();
    try (StateBackend.Batch batch = store.newBatch()) {
      batch.write(gatheredEpoch);
    }
    request.result().epoch = gatheredEpoch;
    request.result().cursor = content(partition);
    listener.scanned();
  }

  /** Opens the content of all partitions with nothing of later epochs. */
  private void openSavepoint(List<EpochPart> parts) {
    savepoint = null;
    Map<Integer, StateBackend.Cursor> contents = new TreeMap<>();
    for (EpochPart part : parts) {
      for (PartitionEpoch ended : part.partitions) {
        if (!ended.partition.isGone()) {
          contents.put(ended.partition.index, content(ended.partition));
        }
      }
    }
    listener.savepointOpened(parts.get(0).savepoint, contents);
  }

  private static StateBackend.Cursor content(Partition partition) {
    return partition.overlay.store().scan(new byte[] {1}, new byte[] {(byte) 0xfe});
  }

  private void applyAll() {
    applying = true;
    next = 0;
    while (applying) {
      applyNext();
    }
  }

  private void drop(int index) {
    Gathered from = gathered[index];
    if (from != null) {
      gathered[index] = null;
      unapplied.addAndGet(-from.bytes);
      from.release();
    }
  }

  // Gathering

  private boolean gather() {
    boolean any = false;
    for (List<EpochPart> parts = committed.poll(); parts != null; parts = committed.poll()) {
      any = true;
      if (!hasGathered) {
        gatheredSince = node.clock().millis();
      }
      for (EpochPart part : parts) {
        gatheredEpoch = part.epoch;
        for (PartitionEpoch partition : part.partitions) {
          gather(partition, part.epoch);
        }
      }
      if (parts.get(0).savepoint > 0) {
        savepoint = parts;
        return true;
      }
    }
    return any;
  }

  private void gather(PartitionEpoch ended, long epoch) {
    if (!ended.hasChanges()) {
      return;
    }
    hasGathered = true;
    int index = ended.partition.index;
    Gathered into = gathered[index];
    if (into == null) {
      into = new Gathered(ended.partition);
      gathered[index] = into;
    }
    into.epoch = epoch;
    into.bytes += ended.bytes();
    into.changes.addAll(ended.changes);
    if (ended.rows.count() == 0) {
      return;
    }
    into.rows.add(ended.rows);
    into.rowBytes += ended.rows.records().size();
    into.rowCapacity += ended.rows.records().capacity();
    if (into.rowCapacity > 2 * into.mergedCapacity + MERGED_AT_LEAST) {
      merge(into);
    }
  }

  /** Makes one of all row changes of a partition, so that those of a row take memory once. */
  private void merge(Gathered into) {
    long before = into.rowBytes;
    RowChanges merged = merger.merge(into.rows, new RecordBuffer(chunks));
    into.release();
    into.rows.add(merged);
    into.rowBytes = merged.records().size();
    into.rowCapacity = merged.records().capacity();
    into.mergedCapacity = into.rowCapacity;
    long superseded = before - into.rowBytes;
    into.bytes -= superseded;
    unapplied.addAndGet(-superseded);
  }

  // Applying

  private void applyNext() {
    while (next < gathered.length) {
      if (apply(next++)) {
        return;
      }
    }
    applying = false;
    hasGathered = false;
  }

  private boolean apply(int index) {
    Gathered from = gathered[index];
    if (from == null) {
      return false;
    }
    gathered[index] = null;
    faults.reached(FaultPoint.BEFORE_APPLY);
    if (from.rows.size() > 1) {
      merge(from);
    }
    Partition partition = from.partition;
    try (StateBackend.Batch batch = partition.overlay.store().newBatch()) {
      for (Change change : from.changes) {
        write(batch, change);
      }
      for (RowChanges rows : from.rows) {
        write(batch, rows.records().cursor());
      }
      batch.write(from.epoch);
    }
    faults.reached(FaultPoint.AFTER_APPLY);
    partition.setAppliedEpoch(from.epoch);
    unapplied.addAndGet(-from.bytes);
    listener.applied(partition, from.changes);
    from.release();
    return true;
  }

  private static void write(StateBackend.Batch batch, Change change) {
    Object value = change.value();
    if (value == null) {
      batch.delete(change.key());
    } else {
      batch.put(
          change.key(), value instanceof StoredBytes resting ? resting.load() : (byte[]) value);
    }
  }

  private static void write(StateBackend.Batch batch, RecordBuffer.Cursor row) {
    while (row.next()) {
      if (row.valueLength() < 0) {
        batch.delete(row.array(), row.keyOffset(), row.keyLength());
      } else {
        batch.put(
            row.array(), row.keyOffset(), row.keyLength(), row.valueOffset(), row.valueLength());
      }
    }
  }

  /** The changes of a partition in several epochs. */
  private static final class Gathered {

    private final Partition partition;
    private final List<Change> changes = new ArrayList<>();
    private final List<RowChanges> rows = new ArrayList<>();
    private long epoch;
    private long bytes;
    private long rowBytes;
    private long rowCapacity;
    private long mergedCapacity;

    Gathered(Partition partition) {
      this.partition = partition;
    }

    /** Gives back the memory of all rows. */
    void release() {
      rows.forEach(some -> some.records().release());
      rows.clear();
    }
  }

  /** Is told what the backend holds now. */
  interface AppliedListener {

    /** It holds these changes of a partition. */
    void applied(Partition partition, List<Change> changes);

    /** A content that was asked for is open. */
    void scanned();

    /**
     * The content of partitions is open as it was at a savepoint.
     *
     * @param contents to be closed by the receiver
     */
    void savepointOpened(long number, Map<Integer, StateBackend.Cursor> contents);
  }

  private record Wanted(Partition partition, Runnable done) {}

  private record Request(Partition partition, BaseSnapshots.Scanned result) {}

  private record Drop(Collection<Partition> partitions, CompletableFuture<Void> dropped) {}
}
