/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import io.statefun.wire.ByteWriter;

/**
 * Changes in the form in which a section of an epoch object has them, to become a part of one as
 * they are. Filled by one thread, then read by any.
 */
public final class RecordBuffer {

  private final ByteWriter records;
  private int count;

  /** Makes an empty buffer with room for some bytes. */
  public RecordBuffer(int capacity) {
    this.records = new ByteWriter(capacity);
  }

  /** How many changes there are. */
  public int count() {
    return count;
  }

  /** How many bytes they take. */
  public int size() {
    return records.size();
  }

  /** How many bytes it has room for. */
  public int capacity() {
    return records.array().length;
  }

  byte[] array() {
    return records.array();
  }

  /** Forgets everything, keeping the room. */
  public void reset() {
    records.reset();
    count = 0;
  }

  /** Sets a key, of a prefix and the rest, to what a writer holds. */
  public void put(byte[] prefix, byte[] rest, int offset, int restLength, ByteWriter value) {
    count++;
    records
        .writeByte(EpochObject.PUT)
        .writeVarInt(prefix.length + restLength)
        .writeRaw(prefix)
        .writeRaw(rest, offset, restLength)
        .writeVarInt(value.size())
        .writeRaw(value.array(), 0, value.size());
  }

  /**
   * Sets the value of a record to another one of the same length.
   *
   * @param at the {@link #size} of the buffer when the record was added
   * @return whether that was possible; if not, nothing has changed
   */
  public boolean replaceValue(int at, ByteWriter value) {
    Cursor cursor = new Cursor();
    cursor.position = at;
    if (!cursor.next() || cursor.valueLength != value.size()) {
      return false;
    }
    System.arraycopy(value.array(), 0, records.array(), cursor.valueOffset, value.size());
    return true;
  }

  /** Removes a key, of a prefix and the rest. */
  public void delete(byte[] prefix, byte[] rest, int offset, int restLength) {
    count++;
    records
        .writeByte(EpochObject.DELETE)
        .writeVarInt(prefix.length + restLength)
        .writeRaw(prefix)
        .writeRaw(rest, offset, restLength);
  }

  /** Adds the change of another buffer at which a cursor is. */
  public void add(Cursor other) {
    count++;
    records.writeRaw(other.array, other.recordOffset, other.position - other.recordOffset);
  }

  /** Goes through the changes, in their order. */
  public Cursor cursor() {
    return new Cursor();
  }

  /** A position in the changes; begins before the first. */
  public final class Cursor {

    private final byte[] array = records.array();
    private int position;
    private int recordOffset;
    private int keyOffset;
    private int keyLength;
    private int valueOffset;
    private int valueLength;

    private Cursor() {}

    /** Goes to the next change, and tells whether there is one. */
    public boolean next() {
      if (position == records.size()) {
        return false;
      }
      recordOffset = position;
      boolean put = array[position++] == EpochObject.PUT;
      keyLength = readLength();
      keyOffset = position;
      position += keyLength;
      valueLength = put ? readLength() : -1;
      valueOffset = position;
      position += Math.max(0, valueLength);
      return true;
    }

    private int readLength() {
      int result = 0;
      for (int shift = 0; ; shift += 7) {
        int next = array[position++];
        result |= (next & 0x7f) << shift;
        if (next >= 0) {
          return result;
        }
      }
    }

    /** The array that holds key and value. */
    public byte[] array() {
      return array;
    }

    /** Where the key begins. */
    public int keyOffset() {
      return keyOffset;
    }

    /** How long the key is. */
    public int keyLength() {
      return keyLength;
    }

    /** Where the value begins. */
    public int valueOffset() {
      return valueOffset;
    }

    /** How long the value is, or -1 if the key is removed. */
    public int valueLength() {
      return valueLength;
    }
  }
}
