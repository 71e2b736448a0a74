/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.snapshot.RecordBuffer;
import io.statefun.state.Change;
import java.util.ArrayList;
import java.util.List;

/** What an epoch holds of one partition. Filled by the partition's worker, then only read. */
final class PartitionEpoch {

  private static final int[] NONE = new int[0];

  final Partition partition;
  final RecordBuffer rows;

  /** Which entry of the partition's {@link RowTable} each of the rows has. */
  int[] rowEntries = NONE;

  final List<OutgoingRecord> egress = new ArrayList<>();
  final PendingMessages pending = new PendingMessages();
  List<Change> changes = List.of();

  /**
   * @param rows an empty buffer for the rows
   */
  PartitionEpoch(Partition partition, RecordBuffer rows) {
    this.partition = partition;
    this.rows = rows;
  }

  /** How many changes of the state it has. */
  int records() {
    return rows.count() + changes.size();
  }

  boolean isEmpty() {
    return rows.count() == 0 && egress.isEmpty() && pending.isEmpty() && changes.isEmpty();
  }
}
