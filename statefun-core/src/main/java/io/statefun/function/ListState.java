/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.function;

import org.jspecify.annotations.Nullable;

/**
 * A list that an instance keeps, of any length: each operation reads and writes only the entries
 * that it names. Usable as {@link ValueState} is. Iteration sees the list as it is when it begins,
 * and throws {@link java.util.ConcurrentModificationException} if the list changes meanwhile.
 *
 * @param <T> the entries' type
 */
public interface ListState<T> extends Iterable<T> {

  /** Appends an entry, which must not be null. */
  void add(T entry);

  /** Appends entries in their order. */
  default void addAll(Iterable<? extends T> entries) {
    for (T entry : entries) {
      add(entry);
    }
  }

  /**
   * The entry at a position, counted from 0.
   *
   * @throws IndexOutOfBoundsException if there is none
   */
  T get(long index);

  /**
   * Replaces the entry at a position.
   *
   * @throws IndexOutOfBoundsException if there is none
   */
  void set(long index, T entry);

  /** Removes and returns the first entry, or returns null if the list is empty. */
  @Nullable T removeFirst();

  /** Removes and returns the last entry, or returns null if the list is empty. */
  @Nullable T removeLast();

  /** How many entries there are, in constant time. */
  long size();

  /** Whether there is no entry. */
  default boolean isEmpty() {
    return size() == 0;
  }

  /** Removes all entries, in constant time. */
  void clear();
}
