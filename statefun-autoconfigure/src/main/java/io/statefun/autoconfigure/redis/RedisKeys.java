/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The keys of one application. All have the same hash tag, so that in a cluster they are in one
 * slot and a script may touch several of them.
 */
final class RedisKeys {

  private final String base;

  /**
   * @param prefix what all keys begin with, without braces
   * @param application the application's name, of any characters
   */
  RedisKeys(String prefix, String application) {
    this.base = prefix + ":{" + escaped(application) + "}:";
  }

  /** The sorted set of the names of all objects. */
  byte[] index() {
    return bytes(base + "index");
  }

  /** The hash that says what an object is made of. The object exists if this does. */
  byte[] header(String name) {
    return bytes(base + "object:" + name);
  }

  /** The string with a part of what an attempt has written. */
  byte[] chunk(String attempt, long number) {
    return bytes(base + "chunk:" + attempt + ":" + number);
  }

  /** The set of attempts whose objects are deleted and whose chunks may still be there. */
  byte[] garbage() {
    return bytes(base + "garbage");
  }

  /** The number of objects that were ever created. It tells when Redis has lost some. */
  byte[] created() {
    return bytes(base + "created");
  }

  /** The string that is written so that there is something to wait for. */
  byte[] mark() {
    return bytes(base + "mark");
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Braces would end the hash tag; names that differ stay different. */
  private static String escaped(String name) {
    StringBuilder escaped = new StringBuilder();
    for (byte b : bytes(name)) {
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || "._-".indexOf(c) >= 0)) {
        escaped.append(c);
      } else {
        escaped.append(String.format(Locale.ROOT, "%%%02x", (int) c));
      }
    }
    return escaped.toString();
  }

  @Override
  public String toString() {
    return base + "*";
  }
}
