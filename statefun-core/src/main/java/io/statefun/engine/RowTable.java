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
import java.util.Arrays;

/**
 * The rows of a partition that are in memory, as bytes in a few large arrays, so that millions of
 * them cost the garbage collector nothing: an index of open addressing with linear probing, and
 * {@link Blocks} of memory for ids and rows. Rows go, when there are too many bytes, in the order
 * of a clock, which spares those that were used since its hand came by; a row stays until the
 * backend has its last change.
 *
 * <p>Belongs to one worker.
 */
final class RowTable {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private static final int NONE = -1;

  /** The golden ratio's share of 2^32, of Knuth's multiplicative hashing. */
  private static final int SPREAD = 0x9E3779B9;

  private static final int FIELDS = 8;
  private static final int HASH = 0;
  private static final int BLOCK = 1;
  private static final int ROW_LENGTH = 2;
  private static final int STATE = 3;
  private static final int CHANGED_IN_UPPER = 4;
  private static final int CHANGED_IN_LOWER = 5;
  private static final int RECORD_AT = 6;

  private static final int FREE = 0;
  private static final int LIVE = 1;
  private static final int USED = 2;

  private static final int HEADER = 8;
  private static final int ENTRY_BYTES = 64;
  private static final int LOOKS_FOR_ROOM = 32;
  private static final int LOOKS_TO_TRIM = 512;

  private long maxBytes;

  /**
   * By place: an entry's hash in the upper half, one more than the entry in the lower; 0 for none.
   */
  private long[] index = new long[16];

  private int indexShift = 28;

  /** For each entry its fields, which lie together as they are used together. */
  private int[] fields = new int[8 * FIELDS];

  private int[] freeEntries = new int[8];
  private int freeEntryCount;
  private int entryCount;
  private int size;
  private int hand;

  private Blocks memory = new Blocks();

  /** Sets how many bytes the rows may take, besides those that the backend does not have. */
  void limit(long newMaxBytes) {
    maxBytes = newMaxBytes;
  }

  int size() {
    return size;
  }

  /** How much memory the rows take. */
  long bytes() {
    return memory.bytes() + (long) entryCount * ENTRY_BYTES;
  }

  /** How much the rows that are there take beyond the limit; negative if there is room. */
  long excessBytes() {
    return memory.usedBytes() + (long) size * ENTRY_BYTES - maxBytes;
  }

  // Entries

  /** The entry of an instance, or -1 if it is not in memory. */
  int find(Address address, int function) {
    int hash = address.hashCode();
    int mask = index.length - 1;
    int place = home(hash);
    for (long found = index[place]; found != 0; found = index[place]) {
      int entry = (int) found - 1;
      if ((int) (found >>> 32) == hash && matches(entry, address, function)) {
        fields[entry * FIELDS + STATE] = USED;
        return entry;
      }
      place = (place + 1) & mask;
    }
    return NONE;
  }

  /**
   * Has the processor fetch what the look-ups of several instances will need. It waits for memory
   * once for all of them, rather than for each in turn, as the accesses do not depend on each
   * other: the group prefetching of Chen, Ailamaki, Gibbons and Mowry, "Improving hash join
   * performance through prefetching" (2004).
   *
   * @param hashes the hashes of the addresses, which are overwritten
   * @return depends on everything that was fetched, so that no compiler leaves it out
   */
  int prefetch(int[] hashes, int count) {
    int sum = 0;
    int mask = index.length - 1;
    for (int i = 0; i < count; i++) {
      int hash = hashes[i];
      int place = home(hash);
      long found = index[place];
      while (found != 0 && (int) (found >>> 32) != hash) {
        place = (place + 1) & mask;
        found = index[place];
      }
      hashes[i] = (int) found - 1;
    }
    for (int i = 0; i < count; i++) {
      int entry = hashes[i];
      if (entry >= 0) {
        sum += fields[entry * FIELDS + ROW_LENGTH];
        hashes[i] = fields[entry * FIELDS + BLOCK];
      } else {
        hashes[i] = Integer.MIN_VALUE;
      }
    }
    for (int i = 0; i < count; i++) {
      int block = hashes[i];
      if (block >= 0) {
        sum += memory.touch(block);
      }
    }
    return sum;
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
    byte[] array = memory.array(block);
    int at = Blocks.offset(block);
    INT.set(array, at, function);
    INT.set(array, at + 4, id.length);
    System.arraycopy(id, 0, array, at + HEADER, id.length);
    System.arraycopy(row, 0, array, at + HEADER + id.length, row.length);
    int entry = newEntry();
    set(entry, HASH, address.hashCode());
    set(entry, BLOCK, block);
    set(entry, ROW_LENGTH, row.length);
    set(entry, STATE, USED);
    setChangedIn(entry, 0);
    addToIndex(entry);
    return entry;
  }

  private int newEntry() {
    size++;
    if (freeEntryCount > 0) {
      return freeEntries[--freeEntryCount];
    }
    if (entryCount == freeEntries.length) {
      int length = entryCount + Math.max(8, entryCount / 2);
      fields = Arrays.copyOf(fields, length * FIELDS);
      freeEntries = Arrays.copyOf(freeEntries, length);
    }
    return entryCount++;
  }

  private int field(int entry, int field) {
    return fields[entry * FIELDS + field];
  }

  private void set(int entry, int field, int value) {
    fields[entry * FIELDS + field] = value;
  }

  private void addToIndex(int entry) {
    if (size * 2 > index.length) {
      index = new long[index.length * 2];
      indexShift--;
      for (int other = 0; other < entryCount; other++) {
        if (other != entry && field(other, STATE) != FREE) {
          putIntoIndex(other);
        }
      }
    }
    putIntoIndex(entry);
  }

  private void putIntoIndex(int entry) {
    int hash = field(entry, HASH);
    int mask = index.length - 1;
    int place = home(hash);
    while (index[place] != 0) {
      place = (place + 1) & mask;
    }
    index[place] = (long) hash << 32 | (entry + 1);
  }

  // All hashes of a partition are equal modulo the number of partitions, so their upper bits count.
  private int home(int hash) {
    return (hash * SPREAD) >>> indexShift;
  }

  private void removeFromIndex(int entry) {
    int mask = index.length - 1;
    int hole = home(field(entry, HASH));
    while ((int) index[hole] != entry + 1) {
      hole = (hole + 1) & mask;
    }
    // What would not be found any more behind the hole moves into it.
    for (int i = (hole + 1) & mask; index[i] != 0; i = (i + 1) & mask) {
      int home = home((int) (index[i] >>> 32));
      if (((i - home) & mask) >= ((i - hole) & mask)) {
        index[hole] = index[i];
        hole = i;
      }
    }
    index[hole] = 0;
  }

  // Rows

  /** The array that holds a row; valid until another row is put. */
  byte[] array(int entry) {
    return memory.array(field(entry, BLOCK));
  }

  int rowOffset(int entry) {
    int at = offset(entry);
    return at + HEADER + (int) INT.get(array(entry), at + 4);
  }

  int rowLength(int entry) {
    return field(entry, ROW_LENGTH);
  }

  private int offset(int entry) {
    return Blocks.offset(field(entry, BLOCK));
  }

  /** The epoch in which a row was changed last, 0 if it is as the backend has it. */
  long changedIn(int entry) {
    return (long) field(entry, CHANGED_IN_UPPER) << 32
        | field(entry, CHANGED_IN_LOWER) & 0xffffffffL;
  }

  private void setChangedIn(int entry, long epoch) {
    set(entry, CHANGED_IN_UPPER, (int) (epoch >>> 32));
    set(entry, CHANGED_IN_LOWER, (int) epoch);
  }

  /**
   * Sets a row in an epoch; an empty one for none.
   *
   * @param recordAt where among the records of the epoch it is
   */
  void put(int entry, ByteWriter row, long epoch, int recordAt) {
    int idLength = (int) INT.get(array(entry), offset(entry) + 4);
    int before = HEADER + idLength + rowLength(entry);
    int after = HEADER + idLength + row.size();
    if (!Blocks.isOfSameSize(before, after)) {
      move(entry, before, after, HEADER + idLength);
    }
    System.arraycopy(row.array(), 0, array(entry), offset(entry) + HEADER + idLength, row.size());
    set(entry, ROW_LENGTH, row.size());
    set(entry, RECORD_AT, recordAt);
    setChangedIn(entry, epoch);
  }

  private void move(int entry, int before, int after, int kept) {
    byte[] prefix = Arrays.copyOfRange(array(entry), offset(entry), offset(entry) + kept);
    memory.free(field(entry, BLOCK), before);
    // Until it has a block, a compaction must not look at it.
    set(entry, STATE, FREE);
    set(entry, BLOCK, allocate(after));
    set(entry, STATE, USED);
    System.arraycopy(prefix, 0, array(entry), offset(entry), kept);
  }

  /**
   * Adds a row under the key of an entry to the records of an epoch; an empty one is a removal.
   *
   * @return where among the records it is
   */
  int addRecord(int entry, byte[] keyPrefix, ByteWriter row, RecordBuffer out) {
    byte[] array = array(entry);
    int id = offset(entry) + HEADER;
    int idLength = (int) INT.get(array, id - 4);
    return row.size() == 0
        ? out.delete(keyPrefix, array, id, idLength)
        : out.put(keyPrefix, array, id, idLength, row);
  }

  /** Where among the records of the epoch of its last change a row is. */
  int recordAt(int entry) {
    return field(entry, RECORD_AT);
  }

  // Eviction

  private void makeRoom(long applied, Evicted evicted) {
    if (bytes() - memory.freeBytes() >= maxBytes && size > 0) {
      evict(2, LOOKS_FOR_ROOM, applied, evicted);
    }
  }

  /** Lets rows go that the backend has, as far as they are too many; a part of them at a time. */
  void trim(long applied, Evicted evicted) {
    if (excessBytes() > 0) {
      evict(LOOKS_TO_TRIM, LOOKS_TO_TRIM, applied, evicted);
    }
  }

  private void evict(int count, int looks, long applied, Evicted evicted) {
    int wanted = count;
    for (int i = 0; i < looks && wanted > 0 && size > 0; i++) {
      hand = hand + 1 < entryCount ? hand + 1 : 0;
      int state = field(hand, STATE);
      if (state == FREE || changedIn(hand) > applied) {
        continue;
      }
      if (state == USED) {
        set(hand, STATE, LIVE);
      } else {
        evicted.evicted(hand, field(hand, HASH));
        remove(hand);
        wanted--;
      }
    }
  }

  private void remove(int entry) {
    removeFromIndex(entry);
    int at = offset(entry);
    int idLength = (int) INT.get(array(entry), at + 4);
    memory.free(field(entry, BLOCK), HEADER + idLength + rowLength(entry));
    set(entry, STATE, FREE);
    freeEntries[freeEntryCount++] = entry;
    size--;
  }

  /** Is told that an entry is no more. */
  @FunctionalInterface
  interface Evicted {
    void evicted(int entry, int hash);
  }

  // Memory

  private int allocate(int bytes) {
    if (memory.isScattered()) {
      compact();
    }
    return memory.allocate(bytes);
  }

  /** Moves all rows together, as too much of the memory between them is free. */
  private void compact() {
    Blocks compacted = new Blocks();
    for (int entry = 0; entry < entryCount; entry++) {
      if (field(entry, STATE) != FREE) {
        int block = field(entry, BLOCK);
        int idLength = (int) INT.get(memory.array(block), Blocks.offset(block) + 4);
        int bytes = HEADER + idLength + rowLength(entry);
        set(entry, BLOCK, compacted.moveFrom(memory, block, bytes));
      }
    }
    memory = compacted;
  }
}
