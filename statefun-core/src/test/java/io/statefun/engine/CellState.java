/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.List;
import java.util.Map;

/**
 * What a cell holds; -1 stands for an empty register.
 *
 * @param awakened what has come of its awakeables, by their numbers
 */
record CellState(
    long register,
    long sum,
    List<Long> list,
    Map<Long, Long> map,
    long balance,
    Map<Long, Long> awakened) {

  /** What the model knows: neither the balance nor which of two messages came first. */
  CellState predictable() {
    return new CellState(register, sum, list, map, 0, Map.of());
  }
}
