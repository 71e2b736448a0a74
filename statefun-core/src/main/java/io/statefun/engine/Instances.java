/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.snapshot.ChunkPool;
import io.statefun.snapshot.RecordBuffer;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The instances of a partition that are in memory: all of them as rows, and the few that were used
 * last unfolded. Fetches the others from the backend. Belongs to one worker.
 */
final class Instances {

  private static final int UNFOLDED_BITS = 4;

  private static final int NOWHERE = -1;

  private static final byte[] NO_ROW = new byte[0];

  private final StateBackend.PartitionStore store;
  private final RowTable rows;
  private final @Nullable Instance[] unfolded = new Instance[1 << UNFOLDED_BITS];
  private final int[] unfoldedHashes = new int[1 << UNFOLDED_BITS];
  private final ByteWriter row = new ByteWriter(256);
  private int[] changed = new int[64];
  private int changedCount;
  private int[] hashes = new int[0];
  private int prefetched;
  private final ChunkPool chunks;
  private @Nullable RecordBuffer current;

  /**
   * @param chunks where the records of an epoch get room
   */
  Instances(StateBackend.PartitionStore store, ChunkPool chunks) {
    this.store = store;
    this.chunks = chunks;
    this.rows = new RowTable();
  }

  /** Sets how many bytes the rows may take. */
  void limit(long maxBytes) {
    rows.limit(maxBytes);
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
    int hash = address.hashCode();
    int place = place(hash);
    Instance known = unfolded[place];
    if (unfoldedHashes[place] == hash
        && known != null
        && known.function == function
        && known.address.equals(address)) {
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
    unfoldedHashes[place] = hash;
    return instance;
  }

  /** Has the processor fetch the rows of several messages' targets together. */
  void prefetch(Message[] messages, int count) {
    if (hashes.length < count) {
      hashes = new int[count];
    }
    for (int i = 0; i < count; i++) {
      hashes[i] = messages[i].target().hashCode();
    }
    prefetched += rows.prefetch(hashes, count);
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

  /**
   * Keeps what a handler has changed of an instance, as a change of an epoch. A row that changes
   * again in the epoch takes the place of the one before if it is as long; otherwise both are
   * there, and the later one counts.
   */
  void keep(Instance instance, long epoch) {
    row.reset();
    if (!instance.isEmpty()) {
      RowCodec.write(row, instance);
    }
    RecordBuffer records = current;
    if (records == null) {
      records = new RecordBuffer(chunks);
      current = records;
    }
    int entry = instance.entry;
    int at = rows.changedIn(entry) == epoch ? rows.recordAt(entry) : NOWHERE;
    if (at == NOWHERE || !records.replaceValue(at, row)) {
      at = rows.addRecord(entry, instance.function.rowPrefix, row, records);
      note(entry);
    }
    rows.put(entry, row, epoch, at);
  }

  private void note(int entry) {
    if (changedCount == changed.length) {
      changed = Arrays.copyOf(changed, changedCount * 2);
    }
    changed[changedCount++] = entry;
  }

  /** How many bytes the rows in memory take beyond their limit; negative if there is room. */
  long excessBytes() {
    return rows.excessBytes();
  }

  /** Lets rows go that are beyond the limit. */
  void trim(long applied) {
    rows.trim(applied, this::evicted);
  }

  /** About how many bytes have changed in this epoch. */
  long changedBytes() {
    RecordBuffer records = current;
    return records == null ? 0 : records.size();
  }

  /** Ends the epoch, and returns what has changed in it. */
  RowChanges cut() {
    RecordBuffer records = current;
    if (records == null) {
      return RowChanges.NONE;
    }
    RowChanges changes = new RowChanges(records, Arrays.copyOf(changed, changedCount));
    changedCount = 0;
    current = null;
    return changes;
  }
}
