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
 * How entries of lists and maps are stored: when they were written, if they expire, and a value.
 */
final class StoredEntry<T> {

  private static final int TIME = 8;

  private final MessageType<T> type;
  private final Retention retention;

  StoredEntry(MessageType<T> type, Retention retention) {
    this.type = type;
    this.retention = retention;
  }

  boolean expires() {
    return retention.mode() != Retention.Mode.FOREVER;
  }

  byte[] write(T value, long now) {
    byte[] bytes = type.serialize(value);
    return expires()
        ? new ByteWriter(TIME + bytes.length).writeFixedLong(now).writeRaw(bytes).toByteArray()
        : bytes;
  }

  /** Reads the value, or returns null if it has expired. */
  @Nullable T read(byte[] stored, long now) {
    return hasExpired(stored, now) ? null : readAnyway(stored);
  }

  /** Reads the value, expired or not. */
  T readAnyway(byte[] stored) {
    return type.deserialize(expires() ? Arrays.copyOfRange(stored, TIME, stored.length) : stored);
  }

  boolean hasExpired(byte[] stored, long now) {
    return expires() && now - since(stored) >= retention.after().toMillis();
  }

  long since(byte[] stored) {
    return new io.statefun.wire.ByteReader(stored, 0, TIME).readFixedLong();
  }
}
