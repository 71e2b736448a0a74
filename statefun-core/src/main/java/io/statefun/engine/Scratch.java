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

  /** A scratch that keeps everything in memory. */
  static Scratch inMemory() {
    return bytes ->
        new StoredBytes() {
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
}
