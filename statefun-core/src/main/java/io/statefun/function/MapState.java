/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.function;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A map that an instance keeps, of any size: each operation reads and writes only the entries that
 * it names. Usable as {@link ValueState} is. Two keys are the same if their bytes are; iteration
 * goes in the order of the keys' bytes, and throws {@link
 * java.util.ConcurrentModificationException} if the map changes meanwhile, other than through the
 * iterator.
 *
 * @param <K> the keys' type
 * @param <V> the values' type
 */
public interface MapState<K, V> {

  /** The value of a key, or null if there is none. */
  @Nullable V get(K key);

  /** The value of a key, or {@code other} if there is none. */
  default V getOrDefault(K key, V other) {
    V value = get(key);
    return value == null ? other : value;
  }

  /** Whether the key has a value. */
  default boolean containsKey(K key) {
    return get(key) != null;
  }

  /** Sets the value of a key; neither may be null. */
  void put(K key, V value);

  /** Removes a key and its value, if it is there. */
  void remove(K key);

  /** The entries, read as the iteration goes on. */
  Iterable<Map.Entry<K, V>> entries();

  /** The keys, read as the iteration goes on. */
  Iterable<K> keys();

  /** Whether there is no entry. */
  default boolean isEmpty() {
    return !entries().iterator().hasNext();
  }

  /** Removes all entries, in constant time. */
  void clear();
}
