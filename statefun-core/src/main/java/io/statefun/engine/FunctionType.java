/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A function of the application, as the engine knows it. */
final class FunctionType {

  final int index;
  final TypeName name;

  /** The name under which its instances are stored: the oldest that it ever had. */
  final TypeName storedName;

  /** All its names but the stored one. */
  final List<TypeName> otherNames;

  final FunctionInvoker invoker;
  final FailurePolicy failurePolicy;
  final List<StateSpec> states;
  final byte[][] stateNames;

  /** What the keys of its instances' rows begin with. */
  final byte[] rowPrefix;

  /** By stored name. */
  private final Map<String, Integer> slots = new HashMap<>();

  /** By any name. */
  private final Map<String, Integer> declared = new HashMap<>();

  private volatile boolean stopped;

  FunctionType(int index, FunctionInvoker invoker) {
    this.index = index;
    this.name = invoker.type();
    this.invoker = invoker;
    this.failurePolicy = invoker.failurePolicy();
    this.states = List.copyOf(invoker.states());
    List<TypeName> names = new ArrayList<>(invoker.aliases());
    names.add(name);
    this.storedName = names.remove(0);
    this.otherNames = List.copyOf(names);
    this.rowPrefix = Keys.rows(storedName);
    this.stateNames = new byte[states.size()][];
    for (int slot = 0; slot < states.size(); slot++) {
      StateSpec state = states.get(slot);
      stateNames[slot] = state.storedName().getBytes(StandardCharsets.UTF_8);
      slots.put(state.storedName(), slot);
      declare(state.name(), slot);
      for (String alias : state.aliases()) {
        declare(alias, slot);
      }
    }
  }

  private void declare(String state, int slot) {
    if (declared.put(state, slot) != null) {
      throw new IllegalArgumentException(
          "Function " + name + " declares the state '" + state + "' twice, maybe as an alias");
    }
  }

  /** The slot of a state that is stored under a name, or -1 if the function declares none. */
  int slot(String storedState) {
    return slots.getOrDefault(storedState, -1);
  }

  /** The slot of a state that has a name, or had it, or -1 if the function declares none. */
  int slotOf(String state) {
    return declared.getOrDefault(state, -1);
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
