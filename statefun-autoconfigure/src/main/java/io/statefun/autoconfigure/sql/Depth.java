/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * How far down a type is looked into: not into itself, not too deep, and not at too much. What is
 * further down is shown as JSON.
 */
final class Depth {

  private static final int MAX_DEPTH = 8;
  private static final int MAX_TYPES = 500;

  private final Deque<Object> above = new ArrayDeque<>();
  private int looked;

  /** Looks into a type, unless that leads too far. */
  FieldType into(Object type, Supplier<FieldType> look) {
    if (above.size() >= MAX_DEPTH || looked >= MAX_TYPES || above.contains(type)) {
      return FieldType.Scalar.JSON;
    }
    looked++;
    above.push(type);
    try {
      return look.get();
    } finally {
      above.pop();
    }
  }
}
