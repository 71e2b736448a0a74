/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.snapshot.FaultPoint;
import io.statefun.state.Change;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.StoredBytes;
import java.util.ArrayList;
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
  private final ByteWriter buffer = new ByteWriter(1024);
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
        records += partition.rows.size() + partition.changes.size();
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
    if (ended.rows.isEmpty() && ended.changes.isEmpty()) {
      return;
    }
    int index = ended.partition.index;
    Gathered into = gathered[index];
    if (into == null) {
      into = new Gathered(ended.partition);
      gathered[index] = into;
    }
    into.epoch = epoch;
    into.records += ended.rows.size() + ended.changes.size();
    gatheredRecords += ended.rows.size() + ended.changes.size();
    into.changes.addAll(ended.changes);
    for (Row row : ended.rows) {
      if (row.instance.unapplied == null) {
        into.instances.add(row.instance);
      }
      row.instance.unapplied = row;
    }
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
      for (Change change : gatheredPartition.changes) {
        write(batch, change);
      }
      for (Instance instance : gatheredPartition.instances) {
        Row row = instance.unapplied;
        if (row != null) {
          write(batch, row);
          instance.unapplied = null;
        }
      }
      batch.write(gatheredPartition.epoch);
    }
    faults.reached(FaultPoint.AFTER_APPLY);
    partition.setAppliedEpoch(gatheredPartition.epoch);
    gatheredRecords -= gatheredPartition.records;
    unapplied.addAndGet(-gatheredPartition.records);
    listener.applied(partition, gatheredPartition.changes);
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

  private void write(StateBackend.Batch batch, Row row) {
    byte[] key = Keys.row(row.instance.address);
    if (RowCodec.isEmpty(row)) {
      batch.delete(key);
    } else {
      buffer.reset();
      RowCodec.write(buffer, row);
      batch.put(key, buffer.toByteArray());
    }
  }

  /** The changes of a partition in several epochs. */
  private static final class Gathered {

    private final Partition partition;
    private final List<Change> changes = new ArrayList<>();
    private final List<Instance> instances = new ArrayList<>();
    private long epoch;
    private long records;

    Gathered(Partition partition) {
      this.partition = partition;
    }
  }

  /** Is told what the backend holds now. */
  interface AppliedListener {

    /** It holds these changes of a partition. */
    void applied(Partition partition, List<Change> changes);

    /** A content that was asked for is open. */
    void scanned();
  }

  private record Request(StateBackend.PartitionStore store, BaseSnapshots.Scanned result) {}
}
