/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.snapshot.EpochReader;
import io.statefun.state.StateBackend;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The newest change of each key in several epochs of a partition, so that a key which changed in
 * each of a thousand epochs is written once when the partition is restored. Used by one thread.
 */
final class MergedChanges implements EpochReader.Visitor {

  private static final long FULL = 8 << 20;

  private final Map<Key, byte @Nullable []> newest = new HashMap<>();
  private long bytes;

  @Override
  public void put(byte[] key, byte[] value) {
    bytes += key.length + value.length;
    forget(key, newest.put(new Key(key), value));
  }

  @Override
  public void delete(byte[] key) {
    bytes += key.length;
    Key removed = new Key(key);
    if (newest.containsKey(removed)) {
      forget(key, newest.get(removed));
    }
    newest.put(removed, null);
  }

  private void forget(byte[] key, byte @Nullable [] value) {
    bytes -= value == null ? 0 : key.length + value.length;
  }

  /** Whether there are so many that they should be written. */
  boolean isFull() {
    return bytes >= FULL;
  }

  /** Writes everything, as what a partition is after an epoch, and forgets it. */
  void writeTo(StateBackend.PartitionStore store, long epoch) {
    try (StateBackend.Batch batch = store.newBatch()) {
      newest.forEach(
          (key, value) -> {
            if (value == null) {
              batch.delete(key.bytes, 0, key.bytes.length);
            } else {
              batch.put(key.bytes, value);
            }
          });
      batch.write(epoch);
    }
    newest.clear();
    bytes = 0;
  }

  private record Key(byte[] bytes) {

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }
}
