/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A function of the application, as the engine knows it. */
final class FunctionType {

  final int index;
  final TypeName name;
  final FunctionInvoker invoker;
  final FailurePolicy failurePolicy;
  final List<StateSpec> states;
  final byte[][] stateNames;

  /** What the keys of its instances' rows begin with. */
  final byte[] rowPrefix;

  private final Map<String, Integer> slots = new HashMap<>();
  private volatile boolean stopped;

  FunctionType(int index, FunctionInvoker invoker) {
    this.index = index;
    this.name = invoker.type();
    this.invoker = invoker;
    this.failurePolicy = invoker.failurePolicy();
    this.states = List.copyOf(invoker.states());
    this.rowPrefix = Keys.rows(name);
    this.stateNames = new byte[states.size()][];
    for (int slot = 0; slot < states.size(); slot++) {
      stateNames[slot] = states.get(slot).name().getBytes(StandardCharsets.UTF_8);
      if (slots.put(states.get(slot).name(), slot) != null) {
        throw new IllegalArgumentException(
            "Function " + name + " declares the state '" + states.get(slot).name() + "' twice");
      }
    }
  }

  /** The slot of a state, or -1 if the function does not declare it. */
  int slot(String state) {
    return slots.getOrDefault(state, -1);
  }

  /**
   * The slot of a state whose name stands in an array, or -1 if the function does not declare it.
   *
   * @param expected the slot that it probably is
   */
  int slot(int expected, byte[] array, int offset, int length) {
    if (expected < stateNames.length
        && Arrays.equals(
            stateNames[expected], 0, stateNames[expected].length, array, offset, offset + length)) {
      return expected;
    }
    return slot(new String(array, offset, length, StandardCharsets.UTF_8));
  }

  /** Whether the failure policy has stopped the function until a restart. */
  boolean stopped() {
    return stopped;
  }

  void stop() {
    stopped = true;
  }
}
