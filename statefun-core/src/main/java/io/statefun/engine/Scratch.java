/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.wire.StoredBytes;

/** Where bytes rest that are too many for the heap, until their epoch is committed. */
@FunctionalInterface
interface Scratch {

  /** Puts bytes away. */
  StoredBytes store(byte[] bytes);

  /**
   * How many bytes may rest here that come from elsewhere for a partition's part of a savepoint.
   */
  default long channelBytes() {
    return 1024L * 1024 * 1024;
  }

  /** A scratch that keeps everything in memory. */
  static Scratch inMemory() {
    return new Scratch() {
      @Override
      public StoredBytes store(byte[] bytes) {
        return new StoredBytes() {
          @Override
          public int length() {
            return bytes.length;
          }

          @Override
          public byte[] load() {
            return bytes;
          }
        };
      }

      @Override
      public long channelBytes() {
        return 64L * 1024 * 1024;
      }
    };
  }
}
