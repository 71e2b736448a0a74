/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import org.jctools.queues.MpmcArrayQueue;

/**
 * Arrays of one size that are used again and again, so that what is written, committed and merged
 * within seconds leaves nothing to the garbage collector. Safe for use by any thread.
 */
public final class ChunkPool {

  /** How long each array is. */
  static final int CHUNK = 8 * 1024;

  private static final int SMALLEST = 64;

  private final MpmcArrayQueue<byte[]> free;

  /**
   * Makes an empty pool.
   *
   * @param maxBytes about how much it keeps
   */
  public ChunkPool(long maxBytes) {
    this.free = new MpmcArrayQueue<>((int) Math.min(Math.max(SMALLEST, maxBytes / CHUNK), 1 << 20));
  }

  byte[] take() {
    byte[] chunk = free.relaxedPoll();
    return chunk == null ? new byte[CHUNK] : chunk;
  }

  /** Takes back an array; one of another size, or one too many, is left to the collector. */
  void giveBack(byte[] chunk) {
    if (chunk.length == CHUNK) {
      free.relaxedOffer(chunk);
    }
  }
}
