/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.state;

import java.util.Arrays;

/** What backends ask of keys. */
final class Keys {

  /** No key of the engine begins with this byte, so a backend may. */
  static final byte RESERVED = (byte) 0xff;

  private Keys() {}

  static void check(byte[] key) {
    check(key, 0, key.length);
  }

  static void check(byte[] source, int offset, int length) {
    if (length == 0 || source[offset] == RESERVED) {
      throw new IllegalArgumentException(
          "A key must not be empty nor begin with 0xff: "
              + Arrays.toString(Arrays.copyOfRange(source, offset, offset + length)));
    }
  }
}
