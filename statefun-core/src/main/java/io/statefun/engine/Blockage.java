/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why messages of an instance wait: the first of them could not be handled yet.
 *
 * @param failures how often it was tried since the partition came to its process; 0 if it waits for
 *     a version of the application that knows it
 * @param nextAttempt when it is tried again; null if that is only when its function, which has
 *     stopped, runs again
 * @param cause what was thrown last, with its own causes
 */
public record Blockage(int failures, @Nullable Instant nextAttempt, String cause) {

  static Blockage of(int failures, long retryAt, String cause) {
    Instant next = retryAt == BlockedInstance.NEVER ? null : Instant.ofEpochMilli(retryAt);
    return new Blockage(failures, next, cause);
  }

  void write(ByteWriter out) {
    out.writeVarInt(failures)
        .writeVarLong(nextAttempt == null ? 0 : nextAttempt.toEpochMilli())
        .writeString(cause);
  }

  static Blockage read(ByteReader in) {
    int failures = in.readVarInt();
    long next = in.readVarLong();
    return new Blockage(failures, next == 0 ? null : Instant.ofEpochMilli(next), in.readString());
  }
}
