/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;

/**
 * How far the records of a partition have come on their way to one egress, as its backend knows it.
 *
 * <p>A record is in exactly one place: its receiver has it, and then its number is at most {@code
 * acknowledged}; or it was put aside into the partition's state, as one of the {@link Backlog}, and
 * then its number is at most {@code putAside}; or it is in its epoch object alone, which must stay.
 *
 * @param acknowledged the number of the newest record that the receiver has
 * @param putAside the number of the newest record that was ever put aside
 * @param first the place in the backlog of the oldest record that is there
 * @param end the place after that of the newest
 */
record EgressProgress(long acknowledged, long putAside, long first, long end) {

  static EgressProgress read(StateBackend.PartitionStore store, TypeName egress) {
    byte[] acknowledged = store.get(Keys.acknowledged(egress));
    long newest = acknowledged == null ? 0 : new ByteReader(acknowledged).readVarLong();
    byte[] backlog = store.get(Keys.backlog(egress));
    if (backlog == null) {
      return new EgressProgress(newest, 0, 0, 0);
    }
    ByteReader in = new ByteReader(backlog);
    return new EgressProgress(newest, in.readVarLong(), in.readVarLong(), in.readVarLong());
  }

  /** Whether the epoch object of a record is no longer needed for it. */
  boolean covers(long number) {
    return number <= Math.max(acknowledged, putAside);
  }

  /** How many records are in the backlog. */
  long waiting() {
    return end - first;
  }

  static byte[] acknowledged(long number) {
    return new ByteWriter(10).writeVarLong(number).toByteArray();
  }

  static byte[] backlog(long putAside, long first, long end) {
    return new ByteWriter(30)
        .writeVarLong(putAside)
        .writeVarLong(first)
        .writeVarLong(end)
        .toByteArray();
  }
}
