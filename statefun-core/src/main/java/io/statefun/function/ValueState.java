/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.function;

import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One value that an instance keeps. Usable in the handler that it was passed to, by its thread,
 * until the handler returns; later use throws {@link IllegalStateException}.
 *
 * <p>A value of a mutable type is a copy: changing it changes nothing until it is {@link #set}.
 *
 * @param <T> the value's type
 */
public interface ValueState<T> {

  /** The value, or null if there is none or it has expired. */
  @Nullable T get();

  /** The value, or {@code other} if there is none. */
  default T getOrDefault(T other) {
    T value = get();
    return value == null ? other : value;
  }

  /** Whether there is a value. */
  default boolean isPresent() {
    return get() != null;
  }

  /** Sets the value, which must not be null. */
  void set(T value);

  /** Replaces the value by what {@code change} makes of it, {@code initial} standing for none. */
  default void update(T initial, UnaryOperator<T> change) {
    set(Objects.requireNonNull(change.apply(getOrDefault(initial))));
  }

  /** Removes the value. */
  void clear();
}
