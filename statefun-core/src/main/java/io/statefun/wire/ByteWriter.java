/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes primitives one after the other into an array that grows. Integers are variable-length in
 * groups of seven bits, as in Protocol Buffers, or of fixed length with the highest byte first.
 */
public final class ByteWriter {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private byte[] buffer;
  private int size;

  /** Makes a writer with room for some bytes to begin with. */
  public ByteWriter(int capacity) {
    buffer = new byte[capacity];
  }

  /** How many bytes were written. */
  public int size() {
    return size;
  }

  /** Forgets what was written, keeping the room. */
  public void reset() {
    size = 0;
  }

  /** The bytes in an array of their own. */
  public byte[] toByteArray() {
    return Arrays.copyOf(buffer, size);
  }

  /** The array that holds the bytes, from 0 to {@link #size}; valid until the next write. */
  public byte[] array() {
    return buffer;
  }

  /** Writes one byte. */
  public ByteWriter writeByte(int value) {
    reserve(1);
    buffer[size++] = (byte) value;
    return this;
  }

  /** Writes a boolean as one byte. */
  public ByteWriter writeBoolean(boolean value) {
    return writeByte(value ? 1 : 0);
  }

  /** Writes four bytes. */
  public ByteWriter writeFixedInt(int value) {
    reserve(4);
    INT.set(buffer, size, value);
    size += 4;
    return this;
  }

  /** Writes eight bytes. */
  public ByteWriter writeFixedLong(long value) {
    reserve(8);
    LONG.set(buffer, size, value);
    size += 8;
    return this;
  }

  /** Overwrites four bytes that were written before. */
  public void setFixedInt(int position, int value) {
    INT.set(buffer, position, value);
  }

  /** Writes an integer in one to ten bytes, small ones in few. */
  public ByteWriter writeVarLong(long value) {
    reserve(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      buffer[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
    return this;
  }

  /** Writes an integer in one to five bytes, small ones in few; a negative one takes ten. */
  public ByteWriter writeVarInt(int value) {
    return writeVarLong(value);
  }

  /** Writes bytes without their length. */
  public ByteWriter writeRaw(byte[] bytes) {
    return writeRaw(bytes, 0, bytes.length);
  }

  /** Writes a part of an array without its length. */
  public ByteWriter writeRaw(byte[] bytes, int offset, int length) {
    reserve(length);
    System.arraycopy(bytes, offset, buffer, size, length);
    size += length;
    return this;
  }

  /** Writes a length and the bytes. */
  public ByteWriter writeBytes(byte[] bytes) {
    writeVarInt(bytes.length);
    return writeRaw(bytes);
  }

  /** Writes a string as the length and the bytes of its UTF-8 form. */
  @SuppressWarnings("deprecation") // It copies the lower halves of the characters, as is wanted.
  public ByteWriter writeString(String value) {
    int length = value.length();
    for (int i = 0; i < length; i++) {
      if (value.charAt(i) >= 0x80) {
        return writeBytes(value.getBytes(StandardCharsets.UTF_8));
      }
    }
    writeVarInt(length);
    reserve(length);
    value.getBytes(0, length, buffer, size);
    size += length;
    return this;
  }

  /**
   * Goes on behind so many bytes, which are to be filled through {@link #array}.
   *
   * @return where in the array they begin
   */
  public int extend(int length) {
    reserve(length);
    int at = size;
    size += length;
    return at;
  }

  private void reserve(int count) {
    if (buffer.length - size < count) {
      long wanted = Math.max(size + (long) count, Math.min(buffer.length * 2L, 1L << 30));
      if (wanted > Integer.MAX_VALUE - 8) {
        throw new IllegalStateException("More than 2 GiB in one buffer");
      }
      buffer = Arrays.copyOf(buffer, (int) wanted);
    }
  }
}
