/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.bootstrap;

import io.statefun.snapshot.SnapshotStore;
import io.statefun.wire.ByteReader;
import io.statefun.wire.CorruptDataException;
import io.statefun.wire.NewerFormatException;
import java.io.IOException;
import java.util.zip.CRC32C;

/** A stored run: what its index says, and where its sections are. Immutable. */
final class StoredRun {

  private final SnapshotStore store;
  private final String name;
  private final byte[] progress;
  private final long[] offsets;
  private final int[] checksums;

  private StoredRun(
      SnapshotStore store, String name, byte[] progress, long[] offsets, int[] checksums) {
    this.store = store;
    this.name = name;
    this.progress = progress;
    this.offsets = offsets;
    this.checksums = checksums;
  }

  static StoredRun open(SnapshotStore store, String name) throws IOException {
    long size = store.size(name);
    if (size < Run.TRAILER_BYTES) {
      throw new IOException("The run " + name + " of a bootstrap is not there, or no longer");
    }
    ByteReader trailer =
        new ByteReader(store.read(name, size - Run.TRAILER_BYTES, Run.TRAILER_BYTES));
    long at = trailer.readFixedLong();
    int length = trailer.readFixedInt();
    int checksum = trailer.readFixedInt();
    if (at < 0 || length < 0 || at + length + Run.TRAILER_BYTES != size) {
      throw damaged(name);
    }
    byte[] index = store.read(name, at, length);
    CRC32C actual = new CRC32C();
    actual.update(index, 0, length);
    if ((int) actual.getValue() != checksum) {
      throw damaged(name);
    }
    return read(store, name, new ByteReader(index));
  }

  private static StoredRun read(SnapshotStore store, String name, ByteReader index) {
    int format = index.readVarInt();
    NewerFormatException.check("The run " + name + " of a bootstrap", format, Run.FORMAT);
    byte[] progress = index.readBytes();
    int partitions = index.readVarInt();
    long[] offsets = new long[partitions + 1];
    int[] checksums = new int[partitions];
    for (int partition = 0; partition < partitions; partition++) {
      offsets[partition + 1] = offsets[partition] + index.readVarLong();
      checksums[partition] = index.readFixedInt();
    }
    return new StoredRun(store, name, progress, offsets, checksums);
  }

  static CorruptDataException damaged(String name) {
    return new CorruptDataException("The run " + name + " of a bootstrap is damaged");
  }

  byte[] progress() {
    return progress;
  }

  /** The entries of a partition. */
  RunSection section(int partition, int bytesAtOnce) {
    return new RunSection(
        store,
        name,
        offsets[partition],
        offsets[partition + 1] - offsets[partition],
        checksums[partition],
        bytesAtOnce);
  }
}
