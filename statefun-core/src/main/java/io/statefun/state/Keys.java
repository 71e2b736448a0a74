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

  static byte[] check(byte[] key) {
    if (key.length == 0 || key[0] == RESERVED) {
      throw new IllegalArgumentException(
          "A key must not be empty nor begin with 0xff: " + Arrays.toString(key));
    }
    return key;
  }
}
