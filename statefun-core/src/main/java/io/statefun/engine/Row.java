/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

/**
 * What an instance's states are in one epoch, by slot. While its epoch goes on, its worker changes
 * it; after the cut it stays as it is, but for values that are replaced by an equal form.
 *
 * <p>A slot holds null for nothing, a byte array for a value in its stored form, a {@link
 * SlotValue} for what needs more than the value, or the value itself if its type is immutable.
 */
final class Row {

  final Instance instance;
  final long epoch;
  final Object[] slots;

  Row(Instance instance, long epoch, Object[] slots) {
    this.instance = instance;
    this.epoch = epoch;
    this.slots = slots;
  }
}
