/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Stored values as short texts, in one line: as their types show them, or else their size and first
 * bytes.
 */
record ValueText(MessageTypes types) {

  private static final int MAX_CHARACTERS = 1_000;
  private static final int MAX_BYTES = 32;

  /** A message or another value that tells its type. */
  String of(TypedValue value) {
    return value.typeName() + " " + of(value.typeName(), value.bytes());
  }

  private String of(TypeName name, byte[] bytes) {
    String text;
    try {
      text = types.describe(name, bytes);
    } catch (RuntimeException e) {
      return unreadable(bytes, e);
    }
    return text == null ? raw(bytes) : shorten(text);
  }

  /** A value of a type that is known. */
  String of(MessageType<?> type, byte[] bytes) {
    @Nullable String text;
    try {
      text = type.describe(bytes);
    } catch (RuntimeException e) {
      return unreadable(bytes, e);
    }
    return text == null ? type.typeName() + " " + raw(bytes) : shorten(text);
  }

  private static String unreadable(byte[] bytes, RuntimeException why) {
    return raw(bytes) + ", which cannot be read: " + shorten(String.valueOf(why.getMessage()));
  }

  /** A value of a type that is not known. */
  static String raw(byte[] bytes) {
    int shown = Math.min(bytes.length, MAX_BYTES);
    return bytes.length
        + " bytes"
        + (shown == 0 ? "" : " " + HexFormat.of().formatHex(bytes, 0, shown))
        + (shown < bytes.length ? "…" : "");
  }

  /** A text without line breaks and other characters that a terminal may act upon. */
  static String shorten(String text) {
    StringBuilder line = new StringBuilder();
    int shown = Math.min(text.length(), MAX_CHARACTERS);
    for (int i = 0; i < shown; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        line.append(c == '\n' ? "\\n" : String.format("\\u%04x", (int) c));
      } else {
        line.append(c);
      }
    }
    return shown < text.length()
        ? line.append("… (").append(text.length()).append(" characters)").toString()
        : line.toString();
  }
}
