/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.bootstrap;

import io.statefun.wire.ByteWriter;
import java.util.Arrays;

/**
 * Entries of many partitions, in the order in which they come, until they are sorted into a {@link
 * Run}. Filled by one thread.
 */
public final class RunBuffer {

  private static final int SLACK = 64 * 1024;

  private final int partitions;
  private final ByteWriter arena;
  private int[] offsets = new int[1024];
  private short[] owners = new short[1024];
  private int count;

  /**
   * @param partitions how many partitions there are
   * @param bytes how many bytes it is going to take
   */
  public RunBuffer(int partitions, int bytes) {
    this.partitions = partitions;
    this.arena = new ByteWriter(bytes + SLACK);
  }

  /** How many bytes the entries take. */
  public int bytes() {
    return arena.size();
  }

  /** Whether there is no entry. */
  public boolean isEmpty() {
    return count == 0;
  }

  /** Forgets the entries, keeping the room. */
  public void reset() {
    arena.reset();
    count = 0;
  }

  /**
   * Adds an entry.
   *
   * @param source the number of the source that it comes from
   */
  public void add(int partition, ByteWriter key, int source, ByteWriter value) {
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, count * 2);
      owners = Arrays.copyOf(owners, count * 2);
    }
    offsets[count] = arena.size();
    owners[count] = (short) partition;
    count++;
    arena
        .writeVarInt(key.size())
        .writeRaw(key.array(), 0, key.size())
        .writeVarInt(source)
        .writeVarInt(value.size())
        .writeRaw(value.array(), 0, value.size());
  }

  /**
   * Sorts the entries, which must not change while the run is used.
   *
   * @param progress what is to be known when the run is there
   */
  public Run sort(byte[] progress) {
    int[] starts = new int[partitions + 1];
    for (int i = 0; i < count; i++) {
      starts[Short.toUnsignedInt(owners[i]) + 1]++;
    }
    for (int partition = 0; partition < partitions; partition++) {
      starts[partition + 1] += starts[partition];
    }
    int[] sorted = new int[count];
    int[] next = starts.clone();
    for (int i = 0; i < count; i++) {
      sorted[next[Short.toUnsignedInt(owners[i])]++] = offsets[i];
    }
    EntrySort sort = new EntrySort(arena.array(), sorted);
    for (int partition = 0; partition < partitions; partition++) {
      sort.sort(starts[partition], starts[partition + 1]);
    }
    return new Run(arena.array(), sorted, starts, progress);
  }
}
