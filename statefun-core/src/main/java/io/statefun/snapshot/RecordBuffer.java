/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import static io.statefun.snapshot.ChunkPool.CHUNK;

import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Changes, or records for egresses, in the form in which a section of an epoch object has them, to
 * become a part of one as they are. They lie in chunks out of a {@link ChunkPool}, each of them in
 * one chunk. Filled by one thread, then read by any.
 */
public final class RecordBuffer {

  private static final int MAX_VAR_INT = 5;
  private static final byte[] NO_CHUNK = new byte[0];

  private final ChunkPool pool;
  private byte[][] chunks = new byte[4][];
  private int[] ends = new int[4];
  private int chunkCount;

  /** The last chunk, and how far it is filled. */
  private byte[] chunk = NO_CHUNK;

  private int end;

  private int count;
  private int size;
  private long capacity;

  /** Makes an empty buffer. */
  public RecordBuffer(ChunkPool pool) {
    this.pool = pool;
  }

  /** How many changes there are. */
  public int count() {
    return count;
  }

  /** How many bytes they take. */
  public int size() {
    return size;
  }

  /** How many bytes the chunks take. */
  public long capacity() {
    return capacity;
  }

  /** Forgets everything, and gives the chunks back; nobody may read them any more. */
  public void release() {
    for (int i = 0; i < chunkCount; i++) {
      pool.giveBack(chunks[i]);
    }
    chunks = new byte[4][];
    ends = new int[4];
    chunkCount = 0;
    chunk = NO_CHUNK;
    end = 0;
    count = 0;
    size = 0;
    capacity = 0;
  }

  // Filling

  /**
   * Sets a key, of a prefix and the rest, to what a writer holds.
   *
   * @return where the record is
   */
  public int put(byte[] prefix, byte[] rest, int offset, int restLength, ByteWriter value) {
    int valueLength = value.size();
    reserve(1 + 2 * MAX_VAR_INT + (long) prefix.length + restLength + valueLength);
    int begin = end;
    addKey(EpochObject.PUT, prefix, rest, offset, restLength);
    addLength(valueLength);
    System.arraycopy(value.array(), 0, chunk, end, valueLength);
    end += valueLength;
    return added(begin);
  }

  /**
   * Removes a key, of a prefix and the rest.
   *
   * @return where the record is
   */
  public int delete(byte[] prefix, byte[] rest, int offset, int restLength) {
    reserve(1 + MAX_VAR_INT + (long) prefix.length + restLength);
    int begin = end;
    addKey(EpochObject.DELETE, prefix, rest, offset, restLength);
    return added(begin);
  }

  /** Adds a record for an egress. A buffer has either such records or changes. */
  public void egress(ByteWriter content) {
    int length = content.size();
    reserve(1 + MAX_VAR_INT + (long) length);
    int begin = end;
    chunk[end++] = (byte) EpochObject.EGRESS;
    addLength(length);
    System.arraycopy(content.array(), 0, chunk, end, length);
    end += length;
    int unused = added(begin);
  }

  /** Adds the change of another buffer at which a cursor is. */
  public void add(Cursor other) {
    int length = other.position - other.recordOffset;
    reserve(length);
    int begin = end;
    System.arraycopy(other.array, other.recordOffset, chunk, end, length);
    end += length;
    int unused = added(begin);
  }

  private void reserve(long bytes) {
    // Positions have room for offsets within the size of a chunk only.
    if (chunk.length - end < bytes || end >= CHUNK) {
      addChunk(bytes);
    }
  }

  private void addChunk(long bytes) {
    if (bytes > Integer.MAX_VALUE - 8 - size) {
      throw new IllegalStateException("More than 2 GiB of changes in one epoch of a partition");
    }
    if (chunkCount > 0) {
      ends[chunkCount - 1] = end;
    }
    if (chunkCount == chunks.length) {
      chunks = Arrays.copyOf(chunks, chunkCount * 2);
      ends = Arrays.copyOf(ends, chunkCount * 2);
    }
    chunk = bytes <= CHUNK ? pool.take() : new byte[(int) bytes];
    chunks[chunkCount++] = chunk;
    capacity += chunk.length;
    end = 0;
  }

  private void addKey(int kind, byte[] prefix, byte[] rest, int offset, int restLength) {
    chunk[end++] = (byte) kind;
    addLength(prefix.length + restLength);
    System.arraycopy(prefix, 0, chunk, end, prefix.length);
    end += prefix.length;
    System.arraycopy(rest, offset, chunk, end, restLength);
    end += restLength;
  }

  private void addLength(int length) {
    int rest = length;
    while (rest > 0x7f) {
      chunk[end++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    chunk[end++] = (byte) rest;
  }

  private int added(int begin) {
    count++;
    size += end - begin;
    return (chunkCount - 1) * CHUNK + begin;
  }

  /**
   * Sets the value of a record to another one of the same length.
   *
   * @param at where the record is
   * @return whether that was possible; if not, nothing has changed
   */
  public boolean replaceValue(int at, ByteWriter value) {
    Cursor cursor = new Cursor();
    cursor.goTo(at);
    if (!cursor.next() || cursor.valueLength != value.size()) {
      return false;
    }
    System.arraycopy(value.array(), 0, cursor.array, cursor.valueOffset, value.size());
    return true;
  }

  // Reading

  private int end(int index) {
    return index == chunkCount - 1 ? end : ends[index];
  }

  void writeTo(WritableByteChannel channel) throws IOException {
    for (int i = 0; i < chunkCount; i++) {
      ByteBuffer bytes = ByteBuffer.wrap(chunks[i], 0, end(i));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  void updateChecksum(CRC32C checksum) {
    for (int i = 0; i < chunkCount; i++) {
      checksum.update(chunks[i], 0, end(i));
    }
  }

  /** Goes through the changes, in their order. */
  public Cursor cursor() {
    return new Cursor();
  }

  /** A position in the changes; begins before the first. */
  public final class Cursor {

    private int next;
    private byte[] array = NO_CHUNK;
    private int arrayEnd;
    private int position;
    private int recordOffset;
    private int keyOffset;
    private int keyLength;
    private int valueOffset;
    private int valueLength;

    private Cursor() {}

    private void goTo(int at) {
      next = at / CHUNK;
      openChunk();
      position = at % CHUNK;
    }

    private void openChunk() {
      array = chunks[next];
      arrayEnd = end(next);
      position = 0;
      next++;
    }

    /** Goes to the next change, and tells whether there is one. */
    public boolean next() {
      if (position == arrayEnd) {
        if (next == chunkCount) {
          return false;
        }
        openChunk();
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
        int part = array[position++];
        result |= (part & 0x7f) << shift;
        if (part >= 0) {
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
