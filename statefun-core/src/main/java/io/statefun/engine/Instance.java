/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;

/**
 * An instance whose state is unfolded for its handler. Belongs to one worker, and is used again for
 * another instance of the function when that takes its place.
 *
 * <p>A slot holds null for nothing, a byte array for a value in its stored form, a {@link
 * SlotValue} for what needs more than the value, or the value itself if its type is immutable.
 */
final class Instance {

  private static final byte[] NONE = new byte[0];

  final FunctionType function;
  final Object[] slots;
  Address address;

  /** States that the function does not declare any more, kept as they were stored. */
  byte[] undeclared = NONE;

  /** Where its row is in the partition's {@link RowTable}. */
  int entry = -1;

  Instance(Address address, FunctionType function) {
    this.address = address;
    this.function = function;
    this.slots = new Object[function.states.size()];
  }

  /** Becomes another instance of the same function, without state. */
  void become(Address other) {
    address = other;
    undeclared = NONE;
    entry = -1;
    java.util.Arrays.fill(slots, null);
  }

  /** Whether there is nothing to store. */
  boolean isEmpty() {
    if (undeclared.length > 0) {
      return false;
    }
    for (Object slot : slots) {
      if (slot != null) {
        return false;
      }
    }
    return true;
  }
}
