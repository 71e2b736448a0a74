/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** An id as a position: its kind and its text. */
final class KeyPosition {

  private KeyPosition() {}

  /**
   * Writes an id.
   *
   * @throws IllegalArgumentException if one cannot go on behind such an id
   */
  static byte[] write(Object id) {
    String text;
    if (id instanceof Long) {
      text = "l" + id;
    } else if (id instanceof Integer) {
      text = "i" + id;
    } else if (id instanceof BigDecimal decimal) {
      text = "d" + decimal.toPlainString();
    } else if (id instanceof UUID) {
      text = "u" + id;
    } else if (id instanceof String) {
      text = "s" + id;
    } else {
      throw new IllegalArgumentException(
          "An id cannot be a "
              + id.getClass().getName()
              + ": have the query cast it to a number or a text");
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static Object read(byte[] stored) {
    String text = new String(stored, 1, stored.length - 1, StandardCharsets.UTF_8);
    return switch (stored[0]) {
      case 'l' -> Long.valueOf(text);
      case 'i' -> Integer.valueOf(text);
      case 'd' -> new BigDecimal(text);
      case 'u' -> UUID.fromString(text);
      default -> text;
    };
  }
}
