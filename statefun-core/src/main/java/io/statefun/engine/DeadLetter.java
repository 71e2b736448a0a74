/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypedValue;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.NewerFormatException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message that could not be handled, or a record that could not be read, with everything needed
 * to find out why and to try again.
 *
 * @param target the instance that it was for, or null if that is not known
 * @param source the instance that sent it, or null if it came from outside
 * @param value the message
 * @param origin where it came from, as {@code topic-partition@offset} or {@code file:line}; empty
 *     for a message between functions
 * @param cause the exception, with its causes, as text
 * @param time when it was given up
 * @param headers what came with it
 */
public record DeadLetter(
    @Nullable Address target,
    @Nullable Address source,
    TypedValue value,
    String origin,
    String cause,
    Instant time,
    Map<String, byte[]> headers) {

  private static final int FORMAT = 2;
  private static final int MAX_CAUSE = 4_000;

  static String describe(Throwable failure) {
    StringBuilder text = new StringBuilder();
    Throwable next = failure;
    for (int depth = 0; next != null && depth < 10 && text.length() < MAX_CAUSE; depth++) {
      text.append(depth == 0 ? "" : "\ncaused by ").append(next);
      if (next.getStackTrace().length > 0) {
        text.append("\n  at ").append(next.getStackTrace()[0]);
      }
      next = next.getCause();
    }
    return text.length() > MAX_CAUSE ? text.substring(0, MAX_CAUSE) : text.toString();
  }

  /** The same with another message. */
  DeadLetter with(TypedValue other) {
    return new DeadLetter(target, source, other, origin, cause, time, headers);
  }

  byte[] write() {
    ByteWriter out = new ByteWriter(256);
    out.writeByte(FORMAT);
    writeAddress(out, target);
    writeAddress(out, source);
    MessageCodec.writeValue(out, value);
    out.writeString(origin).writeString(cause).writeFixedLong(time.toEpochMilli());
    MessageCodec.writeHeaders(out, headers);
    return out.toByteArray();
  }

  static DeadLetter read(byte[] stored) {
    ByteReader in = new ByteReader(stored);
    int format = in.readByte();
    NewerFormatException.check("A dead letter", format, FORMAT);
    return new DeadLetter(
        readAddress(in),
        readAddress(in),
        MessageCodec.readValue(in),
        in.readString(),
        in.readString(),
        Instant.ofEpochMilli(in.readFixedLong()),
        format > 1 ? MessageCodec.readHeaders(in) : Map.of());
  }

  private static void writeAddress(ByteWriter out, @Nullable Address address) {
    out.writeBoolean(address != null);
    if (address != null) {
      MessageCodec.writeAddress(out, address);
    }
  }

  private static @Nullable Address readAddress(ByteReader in) {
    return in.readBoolean() ? MessageCodec.readAddress(in) : null;
  }
}
