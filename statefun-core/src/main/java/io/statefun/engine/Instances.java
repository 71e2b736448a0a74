/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.snapshot.RecordBuffer;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteWriter;
import org.jspecify.annotations.Nullable;

/**
 * The instances of a partition that are in memory: all of them as rows, and the few that were used
 * last unfolded. Fetches the others from the backend. Belongs to one worker.
 */
final class Instances {

  private static final int UNFOLDED_BITS = 6;

  /** What a change takes in an epoch besides the id and the row, about. */
  private static final int KEY_BYTES = 40;

  private static final byte[] NO_ROW = new byte[0];

  private final StateBackend.PartitionStore store;
  private final FunctionTypes functions;
  private final RowTable rows;
  private final @Nullable Instance[] unfolded = new Instance[1 << UNFOLDED_BITS];
  private final ByteWriter row = new ByteWriter(256);
  private int[] changed = new int[64];
  private int changedCount;
  private long changedBytes;

  /**
   * @param maxBytes how many bytes the rows may take
   */
  Instances(StateBackend.PartitionStore store, FunctionTypes functions, long maxBytes) {
    this.store = store;
    this.functions = functions;
    this.rows = new RowTable(maxBytes);
  }

  /** How many are in memory. */
  int size() {
    return rows.size();
  }

  /**
   * The instance of an address, until the next call.
   *
   * @param applied the newest epoch that the backend has
   */
  Instance get(Address address, FunctionType function, long applied) {
    int place = place(address.hashCode());
    Instance known = unfolded[place];
    if (known != null && known.function == function && known.address.equals(address)) {
      return known;
    }
    int entry = rows.find(address, function.index);
    if (entry < 0) {
      byte[] stored = store.get(Keys.row(address));
      byte[] content = stored == null ? NO_ROW : stored;
      entry = rows.insert(address, function.index, content, applied, this::evicted);
      known = unfolded[place];
    }
    unfolded[place] = null;
    Instance instance = known != null && known.function == function ? known : null;
    if (instance == null) {
      instance = new Instance(address, function);
    } else {
      instance.become(address);
    }
    RowCodec.read(rows.array(entry), rows.rowOffset(entry), rows.rowLength(entry), instance);
    instance.entry = entry;
    unfolded[place] = instance;
    return instance;
  }

  private static int place(int hash) {
    return (hash * 0x9E3779B9) >>> (32 - UNFOLDED_BITS);
  }

  private void evicted(int entry, int hash) {
    int place = place(hash);
    Instance instance = unfolded[place];
    if (instance != null && instance.entry == entry) {
      unfolded[place] = null;
    }
  }

  /** Keeps what a handler has changed of an instance, as a change of an epoch. */
  void keep(Instance instance, long epoch) {
    row.reset();
    if (!instance.isEmpty()) {
      RowCodec.write(row, instance);
    }
    int entry = instance.entry;
    if (rows.changedIn(entry) != epoch) {
      if (changedCount == changed.length) {
        changed = java.util.Arrays.copyOf(changed, changedCount * 2);
      }
      changed[changedCount++] = entry;
    }
    changedBytes += row.size() + instance.address.id().length() + KEY_BYTES;
    rows.put(entry, row, epoch);
  }

  /** How many have changed in this epoch. */
  int changedCount() {
    return changedCount;
  }

  /** About how many bytes have changed in this epoch. */
  long changedBytes() {
    return changedBytes;
  }

  /**
   * Ends the epoch.
   *
   * @param out an empty buffer for the rows that have changed in it
   */
  RowChanges cut(RecordBuffer out) {
    int[] entries = java.util.Arrays.copyOf(changed, changedCount);
    for (int entry : entries) {
      rows.write(entry, functions.at(rows.function(entry)).rowPrefix, out);
    }
    changedCount = 0;
    changedBytes = 0;
    return new RowChanges(out, entries);
  }
}
