/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import io.statefun.state.Overlay;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The records of a partition that wait in its state for one egress, since they are too many for the
 * memory or have held back the deletion of epoch objects for too long: a queue. What changes it is
 * returned as a change of the partition, for the partition's worker to make; so it is committed as
 * everything else is.
 *
 * <p>Not safe for use by several threads; its dispatcher sees to that.
 */
final class Backlog {

  private final int partition;
  private final TypeName egress;
  private long putAside;
  private long first;
  private long read;
  private long end;

  Backlog(int partition, TypeName egress) {
    this.partition = partition;
    this.egress = egress;
  }

  /** Takes up what is in the partition's state. */
  void restore(EgressProgress progress) {
    putAside = progress.putAside();
    first = progress.first();
    read = first;
    end = progress.end();
  }

  int partition() {
    return partition;
  }

  /** Whether a record is in the backlog, given that its receiver does not have it. */
  boolean has(OutgoingRecord outgoing) {
    return outgoing.number() <= putAside;
  }

  /** How many records are in the state and not in memory. */
  long unread() {
    return end - read;
  }

  /** Adds records, the newest ones of the partition. */
  Consumer<Overlay> add(List<OutgoingRecord> records) {
    List<byte[]> stored = new ArrayList<>(records.size());
    ByteWriter buffer = new ByteWriter(256);
    for (OutgoingRecord outgoing : records) {
      if (outgoing.number() <= putAside) {
        throw new IllegalStateException("Record " + outgoing.number() + " is put aside already");
      }
      putAside = outgoing.number();
      buffer.reset();
      outgoing.write(buffer);
      stored.add(buffer.toByteArray());
    }
    long from = end;
    end += records.size();
    byte[] position = EgressProgress.backlog(putAside, first, end);
    return overlay -> {
      for (int i = 0; i < stored.size(); i++) {
        overlay.put(Keys.putAside(egress, from + i), stored.get(i));
      }
      overlay.put(Keys.backlog(egress), position);
    };
  }

  /** Counts the records that were just added as read, since they are in memory too. */
  void skip(int added) {
    if (read + added != end) {
      throw new IllegalStateException("Older records than these are not read yet");
    }
    read = end;
  }

  /** Removes the oldest records, which have arrived. */
  Consumer<Overlay> remove(int count) {
    long from = first;
    first += count;
    if (first > read) {
      throw new IllegalStateException("Records have arrived that nobody has read");
    }
    byte[] position = EgressProgress.backlog(putAside, first, end);
    return overlay -> {
      for (int i = 0; i < count; i++) {
        overlay.delete(Keys.putAside(egress, from + i));
      }
      overlay.put(Keys.backlog(egress), position);
    };
  }

  /** What is to be read next. */
  Unread next() {
    return new Unread(partition, egress, read, end);
  }

  /** Counts so many more records as read. */
  void advance(int count) {
    read += count;
    if (read > end) {
      throw new IllegalStateException("More records were read than there are");
    }
  }

  /** Records that are in the state, or will be once their epoch is applied. */
  record Unread(int partition, TypeName egress, long from, long end) {

    /**
     * Reads the next records, as far as the backend has them. It may have them only up to some
     * point, but without a gap before it.
     */
    List<OutgoingRecord> read(StateBackend.PartitionStore store, int limit) {
      List<OutgoingRecord> records = new ArrayList<>();
      try (StateBackend.Cursor cursor =
          store.scan(Keys.putAside(egress, from), Keys.putAside(egress, end))) {
        while (records.size() < limit
            && cursor.next()
            && Keys.lastNumber(cursor.key()) == from + records.size()) {
          records.add(OutgoingRecord.read(partition, cursor.value()));
        }
      }
      return records;
    }
  }
}
