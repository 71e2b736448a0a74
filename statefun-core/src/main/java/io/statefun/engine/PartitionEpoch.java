/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.state.Change;
import java.util.ArrayList;
import java.util.List;

/** What an epoch holds of one partition. Filled by the partition's worker, then only read. */
final class PartitionEpoch {

  final Partition partition;

  /** The rows that have changed, from the cut on. */
  RowChanges rows = RowChanges.NONE;

  final List<OutgoingRecord> egress = new ArrayList<>();
  final PendingMessages pending = new PendingMessages();
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

  boolean isEmpty() {
    return rows.count() == 0 && egress.isEmpty() && pending.isEmpty() && changes.isEmpty();
  }
}
