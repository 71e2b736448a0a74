/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Memory in blocks of any size, out of a few large arrays. Sizes are multiples of sixteen bytes,
 * and for each size there is a list of free blocks, which is threaded through them. A large block
 * is an array of its own. Belongs to one worker.
 */
final class Blocks {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private static final int NONE = -1;
  private static final int UNIT = 16;
  private static final int CHUNK = 64 * 1024;
  private static final int UNITS_PER_CHUNK = CHUNK / UNIT;
  private static final int CACHE_LINE = 64;

  /** Larger blocks have an array of their own. */
  private static final int LARGEST_SHARED = CHUNK / 8;

  private byte[][] chunks = new byte[4][];
  private int chunkCount;
  private int nextUnit = UNITS_PER_CHUNK;
  private final int[] free = new int[LARGEST_SHARED / UNIT + 1];
  private long freeBytes;

  private final List<byte @Nullable []> large = new ArrayList<>();
  private final List<Integer> freeLarge = new ArrayList<>();
  private long largeBytes;

  Blocks() {
    Arrays.fill(free, NONE);
  }

  /** How much memory is taken, by free blocks too. */
  long bytes() {
    return (long) chunkCount * CHUNK + largeBytes;
  }

  /** How much of it blocks that are taken have. */
  long usedBytes() {
    return bytes() - freeBytes - (long) (UNITS_PER_CHUNK - nextUnit) * UNIT;
  }

  /** How much of it is free. */
  long freeBytes() {
    return freeBytes;
  }

  /** Whether so much is free between the blocks that they should be moved together. */
  boolean isScattered() {
    return chunkCount > 1 && freeBytes > (long) chunkCount * CHUNK / 4;
  }

  /** The array in which a block lies. */
  byte[] array(int block) {
    return block >= 0
        ? chunks[block / UNITS_PER_CHUNK]
        : Objects.requireNonNull(large.get(-block - 1));
  }

  /** Where in its array a block begins. */
  static int offset(int block) {
    return block >= 0 ? block % UNITS_PER_CHUNK * UNIT : 0;
  }

  /** Reads a shared block's first cache lines, for the sake of reading them. */
  int touch(int block) {
    byte[] chunk = chunks[block / UNITS_PER_CHUNK];
    int at = block % UNITS_PER_CHUNK * UNIT;
    return chunk[at]
        + chunk[Math.min(at + CACHE_LINE, CHUNK - 1)]
        + chunk[Math.min(at + 2 * CACHE_LINE, CHUNK - 1)];
  }

  /** Whether a block for so many bytes is as good for so many others. */
  static boolean isOfSameSize(int bytes, int otherBytes) {
    return units(bytes) == units(otherBytes);
  }

  private static int units(int bytes) {
    return (bytes + UNIT - 1) / UNIT;
  }

  /** Takes a block for so many bytes. */
  int allocate(int bytes) {
    if (bytes > LARGEST_SHARED) {
      return allocateLarge(bytes);
    }
    int units = units(bytes);
    int block = free[units];
    if (block != NONE) {
      free[units] = (int) INT.get(array(block), offset(block));
      freeBytes -= (long) units * UNIT;
      return block;
    }
    if (nextUnit + units > UNITS_PER_CHUNK) {
      addChunk();
    }
    block = (chunkCount - 1) * UNITS_PER_CHUNK + nextUnit;
    nextUnit += units;
    return block;
  }

  private void addChunk() {
    freeBytes += (long) (UNITS_PER_CHUNK - nextUnit) * UNIT;
    if (chunkCount == chunks.length) {
      chunks = Arrays.copyOf(chunks, chunkCount * 2);
    }
    chunks[chunkCount++] = new byte[CHUNK];
    nextUnit = 0;
  }

  private int allocateLarge(int bytes) {
    byte[] array = new byte[units(bytes) * UNIT];
    largeBytes += array.length;
    if (!freeLarge.isEmpty()) {
      int place = freeLarge.remove(freeLarge.size() - 1);
      large.set(place, array);
      return -place - 1;
    }
    large.add(array);
    return -large.size();
  }

  /** Gives back the block that was taken for so many bytes. */
  void free(int block, int bytes) {
    if (block < 0) {
      largeBytes -= array(block).length;
      large.set(-block - 1, null);
      freeLarge.add(-block - 1);
      return;
    }
    int units = units(bytes);
    INT.set(array(block), offset(block), free[units]);
    free[units] = block;
    freeBytes += (long) units * UNIT;
  }

  /** Takes a block with the content of one elsewhere, which nobody uses any more. */
  int moveFrom(Blocks other, int otherBlock, int bytes) {
    byte[] from = other.array(otherBlock);
    if (otherBlock < 0) {
      large.add(from);
      largeBytes += from.length;
      return -large.size();
    }
    int block = allocate(bytes);
    System.arraycopy(from, offset(otherBlock), array(block), offset(block), bytes);
    return block;
  }
}
