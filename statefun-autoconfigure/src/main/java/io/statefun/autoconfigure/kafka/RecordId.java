/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.message.SerializationException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Finds the id of the function that a record is for. */
@FunctionalInterface
interface RecordId {

  /**
   * The id.
   *
   * @throws SerializationException if the record has none
   */
  String of(ConsumerRecord<byte[], byte[]> one, Object value);

  /**
   * Reads how it is configured: {@code key}, {@code header:name} or {@code field:path}.
   *
   * @param type the values' class
   * @throws IllegalArgumentException if the class has no such field
   */
  static RecordId parse(String text, Class<?> type) {
    if (text.equals("key")) {
      return (one, value) -> text(one.key(), "key");
    }
    String rest = text.substring(text.indexOf(':') + 1);
    if (text.startsWith("header:")) {
      return (one, value) -> {
        Header header = one.headers().lastHeader(rest);
        return text(header == null ? null : header.value(), "header '" + rest + "'");
      };
    }
    FieldPath path = new FieldPath(List.of(rest.split("\\.")));
    path.check(type);
    return (one, value) -> {
      Object found = path.read(value);
      if (found == null || found.toString().isEmpty()) {
        throw missing("field '" + rest + "'");
      }
      return found.toString();
    };
  }

  private static String text(byte @Nullable [] bytes, String where) {
    if (bytes == null || bytes.length == 0) {
      throw missing(where);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static SerializationException missing(String where) {
    return new SerializationException(
        "The record has no " + where + ", in which the function's id should be", null);
  }
}
