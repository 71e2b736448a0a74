/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.NewerFormatException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** How messages, addresses and typed values are stored. */
final class MessageCodec {

  private static final int WITH_SOURCE = 1;
  private static final int WITH_HEADERS = 2;

  /** The upper half of the byte that tells what a message has. */
  private static final int FORMAT = 0;

  private static final int FORMAT_BITS = 4;

  // Type names come from the application's code and are few; the bound keeps damaged data harmless.
  private static final Map<String, TypeName> NAMES = new ConcurrentHashMap<>();
  private static final int MAX_NAMES = 10_000;

  private MessageCodec() {}

  static void write(ByteWriter out, Message message) {
    Address source = message.source();
    Map<String, byte[]> headers = message.headers();
    out.writeByte((source == null ? 0 : WITH_SOURCE) | (headers.isEmpty() ? 0 : WITH_HEADERS));
    writeAddress(out, message.target());
    if (source != null) {
      writeAddress(out, source);
    }
    writeValue(out, message.value());
    if (!headers.isEmpty()) {
      writeHeaders(out, headers);
    }
  }

  static Message read(ByteReader in) {
    int flags = in.readByte();
    NewerFormatException.check("A stored message", flags >>> FORMAT_BITS, FORMAT);
    Address target = readAddress(in);
    @Nullable Address source = (flags & WITH_SOURCE) == 0 ? null : readAddress(in);
    TypedValue value = readValue(in);
    return (flags & WITH_HEADERS) == 0
        ? Message.of(target, source, value)
        : new Message(target, source, value, null, readHeaders(in));
  }

  static void writeHeaders(ByteWriter out, Map<String, byte[]> headers) {
    out.writeVarInt(headers.size());
    headers.forEach((name, content) -> out.writeString(name).writeBytes(content));
  }

  static Map<String, byte[]> readHeaders(ByteReader in) {
    Map<String, byte[]> headers = new HashMap<>();
    for (int count = in.readVarInt(); count > 0; count--) {
      headers.put(in.readString(), in.readBytes());
    }
    return headers;
  }

  static void writeAddress(ByteWriter out, Address address) {
    out.writeString(address.type().toString()).writeString(address.id());
  }

  static Address readAddress(ByteReader in) {
    return Address.of(name(in.readString()), in.readString());
  }

  static void writeValue(ByteWriter out, TypedValue value) {
    value.writeTo(out.writeString(value.typeName().toString()));
  }

  static TypedValue readValue(ByteReader in) {
    return TypedValue.ofBytes(name(in.readString()), in.readBytes());
  }

  static TypeName name(String text) {
    TypeName known = NAMES.get(text);
    if (known != null) {
      return known;
    }
    TypeName parsed = TypeName.parse(text);
    if (NAMES.size() < MAX_NAMES) {
      NAMES.put(text, parsed);
    }
    return parsed;
  }
}
