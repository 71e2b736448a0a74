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
  final List<Row> rows = new ArrayList<>();
  final List<OutgoingRecord> egress = new ArrayList<>();
  final PendingMessages pending = new PendingMessages();
  List<Change> changes = List.of();

  PartitionEpoch(Partition partition) {
    this.partition = partition;
  }

  boolean isEmpty() {
    return rows.isEmpty() && egress.isEmpty() && pending.isEmpty() && changes.isEmpty();
  }
}
