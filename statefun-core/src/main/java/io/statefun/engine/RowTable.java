/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.snapshot.RecordBuffer;
import io.statefun.wire.ByteWriter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a partition that are in memory, as bytes in a few large arrays, so that millions of
 * them cost the garbage collector nothing: an index of open addressing with linear probing, and
 * blocks of sixteen bytes and multiples of that, with a list of free blocks for each size. Rows go,
 * when there are too many bytes, in the order of a clock, which spares those that were used since
 * its hand came by; a row stays until the backend has its last change.
 *
 * <p>Belongs to one worker.
 */
final class RowTable {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private static final int NONE = -1;

  /** The golden ratio's share of 2^32, of Knuth's multiplicative hashing. */
  private static final int SPREAD = 0x9E3779B9;

  private static final int UNIT = 16;
  private static final int CHUNK = 64 * 1024;
  private static final int UNITS_PER_CHUNK = CHUNK / UNIT;

  /** Larger blocks have an array of their own. */
  private static final int LARGEST_SHARED = CHUNK / 8;

  private static final int HEADER = 8;
  private static final int ENTRY_BYTES = 32;
  private static final int EVICTIONS_AT_ONCE = 32;

  private final long maxBytes;

  private int[] index = filled(16);
  private int indexShift = 28;
  private int[] hashes = new int[8];
  private int[] blocks = new int[8];
  private int[] rowLengths = new int[8];
  private long[] changedIn = new long[8];
  private boolean[] used = new boolean[8];
  private boolean[] live = new boolean[8];
  private int[] freeEntries = new int[8];
  private int freeEntryCount;
  private int entryCount;
  private int size;
  private int hand;

  private final List<byte[]> chunks = new ArrayList<>();
  private final int[] freeBlocks = filled(LARGEST_SHARED / UNIT + 1);
  private int nextUnit = UNITS_PER_CHUNK;
  private long freeBytes;
  private final List<byte @Nullable []> large = new ArrayList<>();
  private final ArrayList<Integer> freeLarge = new ArrayList<>();
  private long largeBytes;

  /**
   * @param maxBytes how many bytes the rows may take, besides those that the backend does not have
   */
  RowTable(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  private static int[] filled(int length) {
    int[] result = new int[length];
    Arrays.fill(result, NONE);
    return result;
  }

  int size() {
    return size;
  }

  /** How much memory the rows take. */
  long bytes() {
    return (long) chunks.size() * CHUNK + largeBytes + (long) entryCount * ENTRY_BYTES;
  }

  // Entries

  /** The entry of an instance, or -1 if it is not in memory. */
  int find(Address address, int function) {
    int hash = address.hashCode();
    int mask = index.length - 1;
    for (int i = home(hash); index[i] != NONE; i = (i + 1) & mask) {
      int entry = index[i];
      if (hashes[entry] == hash && matches(entry, address, function)) {
        used[entry] = true;
        return entry;
      }
    }
    return NONE;
  }

  private boolean matches(int entry, Address address, int function) {
    byte[] array = array(entry);
    int at = offset(entry);
    if ((int) INT.get(array, at) != function) {
      return false;
    }
    int length = (int) INT.get(array, at + 4);
    String id = address.id();
    if (length == id.length()) {
      for (int i = 0; i < length; i++) {
        if (array[at + HEADER + i] != (byte) id.charAt(i) || id.charAt(i) >= 0x80) {
          return id.charAt(i) >= 0x80 && matchesEncoded(array, at, length, id);
        }
      }
      return true;
    }
    return length > id.length() && matchesEncoded(array, at, length, id);
  }

  private static boolean matchesEncoded(byte[] array, int at, int length, String id) {
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    return Arrays.equals(bytes, 0, bytes.length, array, at + HEADER, at + HEADER + length);
  }

  /**
   * Takes in an instance that is not in memory.
   *
   * @param row its row, empty for none
   * @param applied the newest epoch that the backend has
   * @param evicted is told which entries make room
   */
  int insert(Address address, int function, byte[] row, long applied, Evicted evicted) {
    makeRoom(applied, evicted);
    byte[] id = address.id().getBytes(StandardCharsets.UTF_8);
    int block = allocate(HEADER + id.length + row.length);
    byte[] array = blockArray(block);
    int at = blockOffset(block);
    INT.set(array, at, function);
    INT.set(array, at + 4, id.length);
    System.arraycopy(id, 0, array, at + HEADER, id.length);
    System.arraycopy(row, 0, array, at + HEADER + id.length, row.length);
    int entry = newEntry();
    hashes[entry] = address.hashCode();
    blocks[entry] = block;
    rowLengths[entry] = row.length;
    changedIn[entry] = 0;
    used[entry] = true;
    live[entry] = true;
    addToIndex(entry);
    return entry;
  }

  private int newEntry() {
    size++;
    if (freeEntryCount > 0) {
      return freeEntries[--freeEntryCount];
    }
    if (entryCount == hashes.length) {
      int length = entryCount + Math.max(8, entryCount / 2);
      hashes = Arrays.copyOf(hashes, length);
      blocks = Arrays.copyOf(blocks, length);
      rowLengths = Arrays.copyOf(rowLengths, length);
      changedIn = Arrays.copyOf(changedIn, length);
      used = Arrays.copyOf(used, length);
      live = Arrays.copyOf(live, length);
      freeEntries = Arrays.copyOf(freeEntries, length);
    }
    return entryCount++;
  }

  private void addToIndex(int entry) {
    if (size * 2 > index.length) {
      index = filled(index.length * 2);
      indexShift--;
      for (int other = 0; other < entryCount; other++) {
        if (live[other] && other != entry) {
          index[freePlace(hashes[other])] = other;
        }
      }
    }
    index[freePlace(hashes[entry])] = entry;
  }

  // All hashes of a partition are equal modulo the number of partitions, so their upper bits count.
  private int home(int hash) {
    return (hash * SPREAD) >>> indexShift;
  }

  private int freePlace(int hash) {
    int mask = index.length - 1;
    int i = home(hash);
    while (index[i] != NONE) {
      i = (i + 1) & mask;
    }
    return i;
  }

  private void removeFromIndex(int entry) {
    int mask = index.length - 1;
    int hole = home(hashes[entry]);
    while (index[hole] != entry) {
      hole = (hole + 1) & mask;
    }
    // What would not be found any more behind the hole moves into it.
    for (int i = (hole + 1) & mask; index[i] != NONE; i = (i + 1) & mask) {
      if (((i - home(hashes[index[i]])) & mask) >= ((i - hole) & mask)) {
        index[hole] = index[i];
        hole = i;
      }
    }
    index[hole] = NONE;
  }

  // Rows

  /** The array that holds a row; valid until another row is put. */
  byte[] array(int entry) {
    return blockArray(blocks[entry]);
  }

  int rowOffset(int entry) {
    int at = offset(entry);
    return at + HEADER + (int) INT.get(array(entry), at + 4);
  }

  int rowLength(int entry) {
    return rowLengths[entry];
  }

  private int offset(int entry) {
    return blockOffset(blocks[entry]);
  }

  /** The epoch in which a row was changed last, 0 if it is as the backend has it. */
  long changedIn(int entry) {
    return changedIn[entry];
  }

  /** Sets a row in an epoch; an empty one for none. */
  void put(int entry, ByteWriter row, long epoch) {
    int idLength = (int) INT.get(array(entry), offset(entry) + 4);
    int before = HEADER + idLength + rowLengths[entry];
    int after = HEADER + idLength + row.size();
    if (units(before) != units(after)) {
      move(entry, before, after, HEADER + idLength);
    }
    System.arraycopy(row.array(), 0, array(entry), offset(entry) + HEADER + idLength, row.size());
    rowLengths[entry] = row.size();
    changedIn[entry] = epoch;
  }

  private void move(int entry, int before, int after, int kept) {
    byte[] prefix = Arrays.copyOfRange(array(entry), offset(entry), offset(entry) + kept);
    free(blocks[entry], before);
    // Until it has a block, a compaction must not look at it.
    live[entry] = false;
    blocks[entry] = allocate(after);
    live[entry] = true;
    System.arraycopy(prefix, 0, array(entry), offset(entry), kept);
  }

  /** Writes a row under its key into the records of an epoch. */
  void write(int entry, byte[] keyPrefix, RecordBuffer out) {
    byte[] array = array(entry);
    int id = offset(entry) + HEADER;
    int idLength = (int) INT.get(array, id - 4);
    if (rowLengths[entry] == 0) {
      out.delete(keyPrefix, array, id, idLength);
    } else {
      out.put(keyPrefix, array, id, idLength, rowLengths[entry]);
    }
  }

  /** The index of an entry's function. */
  int function(int entry) {
    return (int) INT.get(array(entry), offset(entry));
  }

  // Eviction

  private void makeRoom(long applied, Evicted evicted) {
    if (bytes() - freeBytes < maxBytes || size == 0) {
      return;
    }
    int wanted = 2;
    for (int i = 0; i < EVICTIONS_AT_ONCE && wanted > 0; i++) {
      hand = hand + 1 < entryCount ? hand + 1 : 0;
      if (!live[hand] || changedIn[hand] > applied) {
        continue;
      }
      if (used[hand]) {
        used[hand] = false;
      } else {
        evicted.evicted(hand, hashes[hand]);
        remove(hand);
        wanted--;
      }
    }
  }

  private void remove(int entry) {
    removeFromIndex(entry);
    int at = offset(entry);
    int idLength = (int) INT.get(array(entry), at + 4);
    free(blocks[entry], HEADER + idLength + rowLengths[entry]);
    live[entry] = false;
    freeEntries[freeEntryCount++] = entry;
    size--;
  }

  /** Is told that an entry is no more. */
  @FunctionalInterface
  interface Evicted {
    void evicted(int entry, int hash);
  }

  // Blocks

  private byte[] blockArray(int block) {
    return block >= 0
        ? chunks.get(block / UNITS_PER_CHUNK)
        : java.util.Objects.requireNonNull(large.get(-block - 1));
  }

  private static int blockOffset(int block) {
    return block >= 0 ? block % UNITS_PER_CHUNK * UNIT : 0;
  }

  private static int units(int bytes) {
    return (bytes + UNIT - 1) / UNIT;
  }

  private int allocate(int bytes) {
    if (bytes > LARGEST_SHARED) {
      return allocateLarge(bytes);
    }
    int units = units(bytes);
    int free = freeBlocks[units];
    if (free != NONE) {
      freeBlocks[units] = (int) INT.get(blockArray(free), blockOffset(free));
      freeBytes -= (long) units * UNIT;
      return free;
    }
    if (nextUnit + units > UNITS_PER_CHUNK) {
      if (freeBytes > (long) chunks.size() * CHUNK / 4 && chunks.size() > 1) {
        compact();
        return allocate(bytes);
      }
      freeBytes += (long) (UNITS_PER_CHUNK - nextUnit) * UNIT;
      chunks.add(new byte[CHUNK]);
      nextUnit = 0;
    }
    int block = (chunks.size() - 1) * UNITS_PER_CHUNK + nextUnit;
    nextUnit += units;
    return block;
  }

  private int allocateLarge(int bytes) {
    byte[] array = new byte[units(bytes) * UNIT];
    largeBytes += array.length;
    if (!freeLarge.isEmpty()) {
      int place = freeLarge.remove(freeLarge.size() - 1);
      large.set(place, array);
      return -place - 1;
    }
    large.add(array);
    return -large.size();
  }

  private void free(int block, int bytes) {
    if (block < 0) {
      largeBytes -= blockArray(block).length;
      large.set(-block - 1, null);
      freeLarge.add(-block - 1);
      return;
    }
    int units = units(bytes);
    INT.set(blockArray(block), blockOffset(block), freeBlocks[units]);
    freeBlocks[units] = block;
    freeBytes += (long) units * UNIT;
  }

  /** Moves all shared blocks together, as too much of the chunks is free. */
  private void compact() {
    List<byte[]> old = new ArrayList<>(chunks);
    chunks.clear();
    Arrays.fill(freeBlocks, NONE);
    freeBytes = 0;
    nextUnit = UNITS_PER_CHUNK;
    for (int entry = 0; entry < entryCount; entry++) {
      int block = blocks[entry];
      if (live[entry] && block >= 0) {
        byte[] from = old.get(block / UNITS_PER_CHUNK);
        int at = blockOffset(block);
        int bytes = HEADER + (int) INT.get(from, at + 4) + rowLengths[entry];
        int moved = allocate(bytes);
        System.arraycopy(from, at, blockArray(moved), blockOffset(moved), bytes);
        blocks[entry] = moved;
      }
    }
  }
}
