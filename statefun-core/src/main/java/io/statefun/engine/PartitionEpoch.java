/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.EpochOutput;
import io.statefun.message.TypeName;
import io.statefun.snapshot.ChunkPool;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.RecordBuffer;
import io.statefun.snapshot.SectionSummary;
import io.statefun.state.Change;
import io.statefun.wire.ByteWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an epoch holds of one partition. Filled by the partition's worker, then only read. */
final class PartitionEpoch {

  /** About how many bytes an object for a record takes, with its key and headers. */
  private static final int RECORD_OVERHEAD = 150;

  final Partition partition;

  /** The rows that have changed, from the cut on. */
  RowChanges rows = RowChanges.NONE;

  /** The records for egresses, and the same as they are stored. */
  List<OutgoingRecord> egress = new ArrayList<>();

  /** The records that leave with the commit itself. */
  List<OutgoingRecord> transactional = new ArrayList<>();

  /** The messages for partitions elsewhere, which leave likewise. */
  List<EpochOutput.Posted> posted = new ArrayList<>();

  /** About how many bytes those take. */
  private long transactionalBytes;

  /** How far the inbox was read, from the cut on. */
  long inbox;

  /** What a savepoint needs besides, if the epoch is the last before one. */
  @Nullable ChannelRecorder channels;

  private @Nullable RecordBuffer storedEgress;
  PendingMessages pending = new PendingMessages();
  List<Change> changes = List.of();

  /** About how many bytes the other changes take. */
  long changeBytes;

  PartitionEpoch(Partition partition) {
    this.partition = partition;
  }

  /** Whether the state has changed. */
  boolean hasChanges() {
    return rows.count() > 0 || !changes.isEmpty();
  }

  /** About how many bytes its changes of the state take. */
  long bytes() {
    return rows.records().size() + (changes.isEmpty() ? 0 : changeBytes);
  }

  /** Adds a record whose receiver gets it after the commit. */
  void emit(OutgoingRecord record, ByteWriter stored, ChunkPool chunks) {
    egress.add(record);
    RecordBuffer buffer = storedEgress;
    if (buffer == null) {
      buffer = new RecordBuffer(chunks);
      storedEgress = buffer;
    }
    buffer.egress(stored);
  }

  /** Adds a record that leaves with the commit itself, and is written now. */
  void emitTransactional(OutgoingRecord record) {
    transactional.add(record);
    transactionalBytes += RECORD_OVERHEAD + record.value().bytes().length;
  }

  /** Adds a message for a partition elsewhere. */
  void post(int target, byte[] message) {
    posted.add(new EpochOutput.Posted(target, message));
    transactionalBytes += RECORD_OVERHEAD + message.length;
  }

  /** What the epoch object is needed for. */
  SectionSummary summary() {
    return summary(hasChanges(), egress);
  }

  /**
   * @param records in the order of their numbers
   */
  static SectionSummary summary(boolean changed, List<OutgoingRecord> records) {
    Map<String, Long> newest = new HashMap<>();
    for (int i = records.size() - 1; i >= 0; i--) {
      TypeName egress = records.get(i).egress();
      if (i == records.size() - 1 || !egress.equals(records.get(i + 1).egress())) {
        newest.putIfAbsent(egress.toString(), records.get(i).number());
      }
    }
    return new SectionSummary(changed, newest);
  }

  /** How many bytes the records for egresses take, and the messages for elsewhere. */
  long egressBytes() {
    return transactionalBytes + (storedEgress == null ? 0 : storedEgress.size());
  }

  void writeEgress(EpochWriter writer) {
    if (storedEgress != null) {
      writer.addAll(storedEgress);
    }
  }

  /**
   * Lets go of all but the changes of the state, which may wait for the backend for a while: the
   * rest is committed, and passed on.
   */
  void keepChangesOnly() {
    egress = List.of();
    transactional = List.of();
    posted = List.of();
    pending = new PendingMessages();
    if (storedEgress != null) {
      storedEgress.release();
      storedEgress = null;
    }
  }

  boolean isEmpty() {
    return rows.count() == 0 && egress.isEmpty() && pending.isEmpty() && changes.isEmpty();
  }
}
