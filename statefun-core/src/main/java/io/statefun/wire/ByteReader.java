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
 * Reads what {@link ByteWriter} wrote. Bytes that end too early or lengths that cannot be throw
 * {@link CorruptDataException}.
 */
public final class ByteReader {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] buffer;
  private final int end;
  private int position;

  /** Reads an array from its beginning to its end. */
  public ByteReader(byte[] buffer) {
    this(buffer, 0, buffer.length);
  }

  /** Reads {@code length} bytes of an array from an offset on. */
  public ByteReader(byte[] buffer, int offset, int length) {
    if (offset < 0 || length < 0 || length > buffer.length - offset) {
      throw new CorruptDataException("A range lies outside of its data");
    }
    this.buffer = buffer;
    this.position = offset;
    this.end = offset + length;
  }

  /** Whether there is more to read. */
  public boolean hasRemaining() {
    return position < end;
  }

  /** How many bytes are left. */
  public int remaining() {
    return end - position;
  }

  /** Where in the array the next byte is. */
  public int position() {
    return position;
  }

  /** Steps over so many bytes, and returns where in the array they begin. */
  public int skip(int count) {
    return advance(count);
  }

  /** Reads one byte, as 0 to 255. */
  public int readByte() {
    return buffer[advance(1)] & 0xff;
  }

  /** Reads a boolean. */
  public boolean readBoolean() {
    return readByte() != 0;
  }

  /** Reads four bytes. */
  public int readFixedInt() {
    return (int) INT.get(buffer, advance(4));
  }

  /** Reads eight bytes. */
  public long readFixedLong() {
    return (long) LONG.get(buffer, advance(8));
  }

  /** Reads an integer of one to ten bytes. */
  public long readVarLong() {
    long result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = readByte();
      result |= (next & 0x7fL) << shift;
      if (next < 0x80) {
        return result;
      }
    }
    throw new CorruptDataException("An integer has more than ten bytes");
  }

  /** Reads an integer that fits 32 bits. */
  public int readVarInt() {
    long value = readVarLong();
    if (value != (int) value) {
      throw new CorruptDataException("An integer has more than 32 bits");
    }
    return (int) value;
  }

  /** Reads so many bytes. */
  public byte[] readRaw(int length) {
    int from = advance(length);
    return Arrays.copyOfRange(buffer, from, from + length);
  }

  /** Reads a length and as many bytes. */
  public byte[] readBytes() {
    return readRaw(readVarInt());
  }

  /** Reads a string. */
  public String readString() {
    int length = readVarInt();
    int from = advance(length);
    return new String(buffer, from, length, StandardCharsets.UTF_8);
  }

  private int advance(int count) {
    int from = position;
    if (count < 0 || count > end - from) {
      throw new CorruptDataException("Data ends in the middle of a value");
    }
    position = from + count;
    return from;
  }
}
