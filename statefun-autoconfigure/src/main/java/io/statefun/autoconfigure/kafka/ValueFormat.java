/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.SerializationException;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * How values are written in records: text and bytes as they are, numbers and truth values as text,
 * all others as their type does, which is JSON or protobuf.
 */
final class ValueFormat {

  /** Stands in a text for what is no UTF-8, unless it was there. */
  private static final char REPLACEMENT = '\uFFFD';

  private final MessageTypes types;
  private final Map<TypeName, Function<TypedValue, byte[]>> writers = new HashMap<>();

  ValueFormat(MessageTypes types) {
    this.types = types;
    writers.put(DeadLetterTopics.RAW, TypedValue::bytes);
    MessageType<byte[]> bytes = types.forClass(byte[].class);
    writers.put(bytes.typeName(), value -> value.as(bytes));
    asText(String.class);
    asText(Integer.class);
    asText(Long.class);
    asText(Float.class);
    asText(Double.class);
    asText(Boolean.class);
  }

  private <T> void asText(Class<T> type) {
    MessageType<T> messageType = types.forClass(type);
    writers.put(
        messageType.typeName(),
        value -> value.as(messageType).toString().getBytes(StandardCharsets.UTF_8));
  }

  byte[] write(TypedValue value) {
    Function<TypedValue, byte[]> writer = writers.get(value.typeName());
    return writer == null ? value.bytes() : writer.apply(value);
  }

  /**
   * Reads values of a class.
   *
   * @throws IllegalArgumentException if it can be no message
   */
  Function<byte[], Object> reader(Class<?> type) {
    if (type == byte[].class) {
      return bytes -> bytes;
    }
    if (type == String.class) {
      return ValueFormat::text;
    }
    if (type == Integer.class) {
      return bytes -> number(bytes, Integer::valueOf);
    }
    if (type == Long.class) {
      return bytes -> number(bytes, Long::valueOf);
    }
    if (type == Double.class) {
      return bytes -> number(bytes, Double::valueOf);
    }
    MessageType<?> messageType = types.rootOf(type);
    return bytes -> {
      Object value = messageType.deserialize(bytes);
      if (!type.isInstance(value)) {
        throw new SerializationException(
            "The value is a " + value.getClass().getName() + ", no " + type.getName(), null);
      }
      return value;
    };
  }

  private static Object number(byte[] bytes, Function<String, Object> parse) {
    String text = text(bytes);
    try {
      return parse.apply(text.strip());
    } catch (NumberFormatException e) {
      throw new SerializationException("The value is no number", e);
    }
  }

  private static String text(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf(REPLACEMENT) < 0 ? text : strictText(bytes);
  }

  private static String strictText(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new SerializationException("The value is no text in UTF-8", e);
    }
  }
}
