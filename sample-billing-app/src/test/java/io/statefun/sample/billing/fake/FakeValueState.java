/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.fake;

import io.statefun.function.ValueState;
import org.jspecify.annotations.Nullable;

/** A value in memory. */
public final class FakeValueState<T> implements ValueState<T> {

  private @Nullable T value;

  @Override
  public @Nullable T get() {
    return value;
  }

  @Override
  public void set(T newValue) {
    value = newValue;
  }

  @Override
  public void clear() {
    value = null;
  }
}
