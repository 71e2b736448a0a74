/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.ValueState;

/**
 * The objects through which the handlers of one function, on one worker, reach the states of the
 * instance that is being invoked. Made once, so that an invocation makes none.
 */
final class StateHandles {

  private final FunctionType function;
  private final Object[] handles;

  StateHandles(WorkerInvocation invocation, FunctionType function) {
    this.function = function;
    this.handles = new Object[function.states.size()];
    for (int slot = 0; slot < handles.length; slot++) {
      StateSpec spec = function.states.get(slot);
      handles[slot] =
          switch (spec.kind()) {
            case VALUE -> new ValueHandle<>(invocation, slot, spec);
            case LIST -> new ListHandle<>(invocation, slot, spec);
            case MAP -> new MapHandle<>(invocation, slot, spec);
          };
    }
  }

  /** Whether they are those of this version of the function. */
  boolean areOf(FunctionType other) {
    return function == other;
  }

  ValueState<?> value(int slot) {
    return (ValueState<?>) handles[slot];
  }

  ListState<?> list(int slot) {
    return (ListState<?>) handles[slot];
  }

  MapState<?, ?> map(int slot) {
    return (MapState<?, ?>) handles[slot];
  }

  /** Removes what has expired of a state, and sees to it that the rest is looked at again. */
  void purge(String state) {
    int slot = function.slot(state);
    if (slot >= 0) {
      ((Expirable) handles[slot]).purge();
    }
  }

  /** A state whose values may expire. */
  interface Expirable {

    /** Removes expired values, and sets a timer for the next that will expire. */
    void purge();
  }
}
