/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.util.Arrays;

/**
 * Arrays of one size that are used again and again, so that what is written, committed and merged
 * within seconds leaves nothing to the garbage collector. The last one that was given back goes
 * first, as it may still be in a processor's cache. Safe for use by any thread.
 */
public final class ChunkPool {

  /** How long each array is. */
  static final int CHUNK = 8 * 1024;

  private final int capacity;
  private byte[][] free = new byte[64][];
  private int count;

  /**
   * Makes an empty pool.
   *
   * @param maxBytes how much it keeps at most
   */
  public ChunkPool(long maxBytes) {
    this.capacity = (int) Math.min(maxBytes / CHUNK, 1 << 20);
  }

  byte[] take() {
    synchronized (this) {
      if (count > 0) {
        return free[--count];
      }
    }
    return new byte[CHUNK];
  }

  /** Takes back an array; one of another size, or one too many, is left to the collector. */
  synchronized void giveBack(byte[] chunk) {
    if (chunk.length != CHUNK || count == capacity) {
      return;
    }
    if (count == free.length) {
      free = Arrays.copyOf(free, count * 2);
    }
    free[count++] = chunk;
  }
}
