/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import io.statefun.engine.Retention;
import io.statefun.engine.StateSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The states that the handlers of one function declare, each with its slot. */
final class States {

  private final List<StateSpec> specs = new ArrayList<>();
  private final Map<String, Declaration> declarations = new HashMap<>();

  private record Declaration(int slot, String method) {}

  /**
   * Declares a state, maybe once more.
   *
   * @return its slot
   * @throws InvalidFunctionException if it was declared otherwise before
   */
  int declare(StateSpec spec, String method) {
    Declaration before = declarations.get(spec.name());
    if (before == null) {
      declarations.put(spec.name(), new Declaration(specs.size(), method));
      specs.add(spec);
      return specs.size() - 1;
    }
    StateSpec first = specs.get(before.slot());
    if (!first.equals(spec)) {
      throw InvalidFunctionException.differentStates(
          spec.name(), before.method(), describe(first), method, describe(spec));
    }
    return before.slot();
  }

  List<StateSpec> specs() {
    return List.copyOf(specs);
  }

  private static String describe(StateSpec spec) {
    String value = spec.valueType().javaType().getTypeName();
    String form =
        switch (spec.kind()) {
          case VALUE -> "a value of " + value;
          case LIST -> "a list of " + value;
          case MAP ->
              "a map of "
                  + (spec.keyType() == null ? "" : spec.keyType().javaType().getTypeName())
                  + " to "
                  + value;
        };
    Retention retention = spec.retention();
    return switch (retention.mode()) {
      case FOREVER -> form + " that never expires";
      case AFTER_WRITE -> form + " that expires " + retention.after() + " after it was written";
      case AFTER_ACCESS -> form + " that expires " + retention.after() + " after it was used";
    };
  }
}
