/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.bootstrap;

import java.util.Arrays;

/**
 * Where what is in an entry: the length of the key and the key, the number of the source, the
 * length of the value and the value, the numbers in groups of seven bits.
 */
final class EntryBytes {

  private EntryBytes() {}

  static int keyLength(byte[] bytes, int entry) {
    return number(bytes, entry);
  }

  static int keyOffset(byte[] bytes, int entry) {
    return behindNumber(bytes, entry);
  }

  /** Where an entry ends. */
  static int end(byte[] bytes, int entry) {
    int source = keyOffset(bytes, entry) + keyLength(bytes, entry);
    int value = behindNumber(bytes, source);
    return behindNumber(bytes, value) + number(bytes, value);
  }

  static int compareKeys(byte[] bytes, int one, int other) {
    int oneOffset = keyOffset(bytes, one);
    int otherOffset = keyOffset(bytes, other);
    return Arrays.compareUnsigned(
        bytes,
        oneOffset,
        oneOffset + keyLength(bytes, one),
        bytes,
        otherOffset,
        otherOffset + keyLength(bytes, other));
  }

  private static int number(byte[] bytes, int at) {
    int result = 0;
    int position = at;
    for (int shift = 0; ; shift += 7) {
      int part = bytes[position++];
      result |= (part & 0x7f) << shift;
      if (part >= 0) {
        return result;
      }
    }
  }

  private static int behindNumber(byte[] bytes, int at) {
    int position = at;
    while (bytes[position] < 0) {
      position++;
    }
    return position + 1;
  }
}
