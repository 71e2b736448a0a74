/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.bootstrap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Sorts the places of entries by their keys' unsigned bytes: a merge sort, since what comes is
 * often in order, in part at least. To look at the entries themselves is what costs, so that the
 * first bytes in which keys differ stand beside the places.
 */
final class EntrySort {

  private static final int FEW = 8;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] arena;
  private final int[] places;
  private final long[] starts;
  private final int[] sparePlaces;
  private final long[] spareStarts;

  EntrySort(byte[] arena, int[] places) {
    this.arena = arena;
    this.places = places;
    this.starts = new long[places.length];
    this.sparePlaces = new int[places.length];
    this.spareStarts = new long[places.length];
  }

  /** Sorts a part of the places. */
  void sort(int from, int to) {
    if (to - from > 1) {
      int common = commonPrefix(from, to);
      for (int i = from; i < to; i++) {
        starts[i] = keyStart(places[i], common);
      }
      mergeSort(from, to);
    }
  }

  private int commonPrefix(int from, int to) {
    int first = EntryBytes.keyOffset(arena, places[from]);
    int common = EntryBytes.keyLength(arena, places[from]);
    for (int i = from + 1; i < to; i++) {
      int offset = EntryBytes.keyOffset(arena, places[i]);
      int length = Math.min(common, EntryBytes.keyLength(arena, places[i]));
      int mismatch = Arrays.mismatch(arena, first, first + length, arena, offset, offset + length);
      common = mismatch < 0 ? length : mismatch;
    }
    return common;
  }

  /** The eight bytes behind the common ones, with zeros where the key is shorter. */
  private long keyStart(int place, int common) {
    int offset = EntryBytes.keyOffset(arena, place) + common;
    int length = EntryBytes.keyLength(arena, place) - common;
    if (length >= Long.BYTES) {
      return (long) LONG.get(arena, offset);
    }
    long start = 0;
    for (int i = 0; i < length; i++) {
      start |= (arena[offset + i] & 0xffL) << (56 - 8 * i);
    }
    return start;
  }

  private int compare(int one, int other) {
    int result = Long.compareUnsigned(starts[one], starts[other]);
    return result != 0 ? result : EntryBytes.compareKeys(arena, places[one], places[other]);
  }

  private void mergeSort(int from, int to) {
    if (to - from <= FEW) {
      insertionSort(from, to);
      return;
    }
    int middle = (from + to) >>> 1;
    mergeSort(from, middle);
    mergeSort(middle, to);
    if (compare(middle - 1, middle) > 0) {
      merge(from, middle, to);
    }
  }

  private void insertionSort(int from, int to) {
    for (int i = from + 1; i < to; i++) {
      for (int j = i; j > from && compare(j - 1, j) > 0; j--) {
        swap(j - 1, j);
      }
    }
  }

  private void swap(int one, int other) {
    int place = places[one];
    places[one] = places[other];
    places[other] = place;
    long start = starts[one];
    starts[one] = starts[other];
    starts[other] = start;
  }

  /** Merges two sorted parts, of which the first one is put aside. */
  private void merge(int from, int middle, int to) {
    System.arraycopy(places, from, sparePlaces, from, middle - from);
    System.arraycopy(starts, from, spareStarts, from, middle - from);
    int left = from;
    int right = middle;
    int target = from;
    while (left < middle) {
      if (right == to || compareSpare(left, right) <= 0) {
        places[target] = sparePlaces[left];
        starts[target++] = spareStarts[left++];
      } else {
        places[target] = places[right];
        starts[target++] = starts[right++];
      }
    }
  }

  private int compareSpare(int left, int right) {
    int result = Long.compareUnsigned(spareStarts[left], starts[right]);
    return result != 0 ? result : EntryBytes.compareKeys(arena, sparePlaces[left], places[right]);
  }
}
