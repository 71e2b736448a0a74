/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.wire;

/**
 * Bytes that rest somewhere, in memory or in a file, until they are written on: what an epoch too
 * large for the heap is made of. Immutable.
 */
public interface StoredBytes {

  /** How many there are. */
  int length();

  /**
   * Fetches them.
   *
   * @throws java.io.UncheckedIOException if they cannot be read
   */
  byte[] load();
}
