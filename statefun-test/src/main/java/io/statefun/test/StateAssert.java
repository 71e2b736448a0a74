/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import java.util.Collection;
import java.util.Map;
import org.assertj.core.api.AbstractObjectAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions on a state of an instance: a value or null, a {@link java.util.List} of a list's
 * entries, or a {@link Map} of a map's.
 */
public final class StateAssert extends AbstractObjectAssert<StateAssert, @Nullable Object> {

  StateAssert(@Nullable Object state) {
    super(state, StateAssert.class);
  }

  /** There is no value, or no entry. */
  public StateAssert isEmpty() {
    if (!holdsNothing()) {
      throw failure("Expected nothing, but it is:%n  %s", actual);
    }
    return this;
  }

  /** There is a value, or an entry. */
  public StateAssert isNotEmpty() {
    if (holdsNothing()) {
      throw failure("Expected something, but there is nothing");
    }
    return this;
  }

  private boolean holdsNothing() {
    Object state = actual;
    return state == null
        || (state instanceof Collection<?> list && list.isEmpty())
        || (state instanceof Map<?, ?> map && map.isEmpty());
  }
}
