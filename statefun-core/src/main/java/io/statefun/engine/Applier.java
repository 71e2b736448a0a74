/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.RecordBuffer;
import io.statefun.state.Change;
import io.statefun.state.StateBackend;
import io.statefun.wire.StoredBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes committed epochs to the backend. Epochs gather until there are enough changes, or the
 * oldest has waited long enough, so that an instance that changes in each of ten epochs is written
 * once.
 */
final class Applier {

  private static final long LONGEST_WAIT = 1_000;

  private final NodeServices node;
  private final FaultPoint.Listener faults;
  private final AppliedListener listener;
  private final Queue<List<EpochPart>> committed = new ConcurrentLinkedQueue<>();
  private final AtomicLong unapplied = new AtomicLong();
  private final Gathered[] gathered;

  /** Which row, counted over all epochs that are being applied, is the newest of each entry. */
  private int[] newest = new int[1024];

  private long gatheredRecords;
  private long gatheredSince;
  private int next;
  private boolean applying;
  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private volatile boolean asked;
  private long gatheredEpoch;

  Applier(NodeServices node, long epoch, FaultPoint.Listener faults, AppliedListener listener) {
    this.gatheredEpoch = epoch;
    this.node = node;
    this.faults = faults;
    this.listener = listener;
    this.gathered = new Gathered[node.partitions()];
  }

  /** Takes the parts of a committed epoch. Called by the committer. */
  void add(List<EpochPart> parts) {
    long records = 0;
    for (EpochPart part : parts) {
      for (PartitionEpoch partition : part.partitions) {
        records += partition.records();
      }
    }
    unapplied.addAndGet(records);
    committed.add(parts);
  }

  /** How many committed changes are not in the backend. */
  long unapplied() {
    return unapplied.get();
  }

  /** Has everything that is committed written soon. */
  void ask() {
    asked = true;
  }

  /** Opens the content of a partition, once everything that is committed by now is written. */
  void scan(StateBackend.PartitionStore store, BaseSnapshots.Scanned result) {
    requests.add(new Request(store, result));
    asked = true;
  }

  private boolean openScans() {
    Request request = requests.poll();
    if (request == null) {
      return false;
    }
    try (StateBackend.Batch batch = request.store().newBatch()) {
      batch.write(gatheredEpoch);
    }
    request.result().epoch = gatheredEpoch;
    request.result().cursor = request.store().scan(new byte[] {1}, new byte[] {(byte) 0xfe});
    listener.scanned();
    return true;
  }

  /** Gathers what was committed, or writes one partition. */
  boolean step() {
    if (applying) {
      applyNext();
      return true;
    }
    boolean any = gather();
    if (gatheredRecords > 0 && isDue()) {
      applying = true;
      next = 0;
      return true;
    }
    if (gatheredRecords == 0) {
      asked = !requests.isEmpty();
      any |= openScans();
    }
    return any;
  }

  /** When there is something to do again if nobody wakes it, in milliseconds. */
  long nextWakeUp() {
    return gatheredRecords == 0 ? Long.MAX_VALUE : gatheredSince + LONGEST_WAIT;
  }

  private boolean isDue() {
    return asked
        || gatheredRecords >= node.limits().maxUnappliedRecords() / 2
        || node.clock().millis() - gatheredSince >= LONGEST_WAIT;
  }

  private boolean gather() {
    boolean any = false;
    for (List<EpochPart> parts = committed.poll(); parts != null; parts = committed.poll()) {
      any = true;
      if (gatheredRecords == 0) {
        gatheredSince = node.clock().millis();
      }
      for (EpochPart part : parts) {
        gatheredEpoch = part.epoch;
        for (PartitionEpoch partition : part.partitions) {
          gather(partition, part.epoch);
        }
      }
    }
    return any;
  }

  private void gather(PartitionEpoch ended, long epoch) {
    if (ended.records() == 0) {
      return;
    }
    int index = ended.partition.index;
    Gathered into = gathered[index];
    if (into == null) {
      into = new Gathered(ended.partition);
      gathered[index] = into;
    }
    into.epoch = epoch;
    into.records += ended.records();
    gatheredRecords += ended.records();
    into.epochs.add(ended);
  }

  private void applyNext() {
    while (next < gathered.length) {
      Gathered partition = gathered[next++];
      if (partition != null) {
        gathered[next - 1] = null;
        apply(partition);
        return;
      }
    }
    applying = false;
  }

  private void apply(Gathered gatheredPartition) {
    faults.reached(FaultPoint.BEFORE_APPLY);
    Partition partition = gatheredPartition.partition;
    try (StateBackend.Batch batch = partition.overlay.store().newBatch()) {
      for (PartitionEpoch ended : gatheredPartition.epochs) {
        for (Change change : ended.changes) {
          write(batch, change);
        }
      }
      writeRows(batch, gatheredPartition.epochs);
      batch.write(gatheredPartition.epoch);
    }
    faults.reached(FaultPoint.AFTER_APPLY);
    partition.setAppliedEpoch(gatheredPartition.epoch);
    gatheredRecords -= gatheredPartition.records;
    unapplied.addAndGet(-gatheredPartition.records);
    listener.applied(partition, gatheredPartition.epochs);
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

  /** Writes each row that has changed once, as it was last. */
  private void writeRows(StateBackend.Batch batch, List<PartitionEpoch> epochs) {
    int next = 0;
    for (PartitionEpoch ended : epochs) {
      for (int entry : ended.rowEntries) {
        if (entry >= newest.length) {
          newest = Arrays.copyOf(newest, Math.max(entry + 1, newest.length * 2));
        }
        newest[entry] = next++;
      }
    }
    next = 0;
    for (PartitionEpoch ended : epochs) {
      RecordBuffer.Cursor row = ended.rows.cursor();
      for (int entry : ended.rowEntries) {
        boolean unused = row.next();
        if (newest[entry] == next++) {
          write(batch, row);
        }
      }
    }
  }

  private static void write(StateBackend.Batch batch, RecordBuffer.Cursor row) {
    if (row.valueLength() < 0) {
      batch.delete(row.array(), row.keyOffset(), row.keyLength());
    } else {
      batch.put(
          row.array(), row.keyOffset(), row.keyLength(), row.valueOffset(), row.valueLength());
    }
  }

  /** The changes of a partition in several epochs. */
  private static final class Gathered {

    private final Partition partition;
    private final List<PartitionEpoch> epochs = new ArrayList<>();
    private long epoch;
    private long records;

    Gathered(Partition partition) {
      this.partition = partition;
    }
  }

  /** Is told what the backend holds now. */
  interface AppliedListener {

    /** It holds what these epochs have changed of a partition. */
    void applied(Partition partition, List<PartitionEpoch> epochs);

    /** A content that was asked for is open. */
    void scanned();
  }

  private record Request(StateBackend.PartitionStore store, BaseSnapshots.Scanned result) {}
}
