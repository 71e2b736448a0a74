/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.MessageType;
import io.statefun.wire.ByteWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How entries of lists and maps are stored: when they were written, if their list or map was begun
 * as one whose entries expire, and a value.
 */
final class StoredEntry<T> {

  /** How many bytes the time takes. */
  static final int TIME = 8;

  private final MessageType<T> type;
  private final Retention retention;
  private final boolean timed;

  /**
   * @param timed whether the entries are stored with a time
   */
  StoredEntry(MessageType<T> type, Retention retention, boolean timed) {
    this.type = type;
    this.retention = retention;
    this.timed = timed;
  }

  /** Whether a list or map that begins now is one whose entries are stored with a time. */
  static boolean timed(StateSpec state) {
    return state.retention().mode() != Retention.Mode.FOREVER;
  }

  /** Whether they expire, for which they need a time. */
  boolean expires() {
    return timed && retention.mode() != Retention.Mode.FOREVER;
  }

  byte[] write(T value, long now) {
    byte[] bytes = type.serialize(value);
    return timed
        ? new ByteWriter(TIME + bytes.length).writeFixedLong(now).writeRaw(bytes).toByteArray()
        : bytes;
  }

  /** Reads the value, or returns null if it has expired. */
  @Nullable T read(byte[] stored, long now) {
    return hasExpired(stored, now) ? null : readAnyway(stored);
  }

  /** Reads the value, expired or not. */
  T readAnyway(byte[] stored) {
    return type.deserialize(timed ? withoutTime(stored) : stored);
  }

  /** What is stored behind the time. */
  static byte[] withoutTime(byte[] stored) {
    return Arrays.copyOfRange(stored, TIME, stored.length);
  }

  boolean hasExpired(byte[] stored, long now) {
    return expires() && now - since(stored) >= retention.after().toMillis();
  }

  /** When it was written; 0 if that is not stored. */
  long since(byte[] stored) {
    return timed ? new io.statefun.wire.ByteReader(stored, 0, TIME).readFixedLong() : 0;
  }
}
