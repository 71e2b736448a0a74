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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

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
    if (!withoutAliases(first).equals(withoutAliases(spec))) {
      throw InvalidFunctionException.differentStates(
          spec.name(), before.method(), describe(first), method, describe(spec));
    }
    if (first.aliases().isEmpty()) {
      // The aliases need to be said once.
      specs.set(before.slot(), spec);
      declarations.put(spec.name(), new Declaration(before.slot(), method));
    } else if (!spec.aliases().isEmpty() && !spec.aliases().equals(first.aliases())) {
      throw InvalidFunctionException.differentAliases(
          spec.name(), before.method(), first.aliases(), method, spec.aliases());
    }
    return before.slot();
  }

  private static StateSpec withoutAliases(StateSpec spec) {
    return new StateSpec(
        spec.name(), spec.kind(), spec.valueType(), spec.keyType(), spec.retention());
  }

  /**
   * All of them.
   *
   * @throws InvalidFunctionException if a name stands for two
   */
  List<StateSpec> specs() {
    Set<String> names = new HashSet<>(declarations.keySet());
    for (StateSpec spec : specs) {
      for (String alias : spec.aliases()) {
        if (!names.add(alias)) {
          String method = Objects.requireNonNull(declarations.get(spec.name())).method();
          throw InvalidFunctionException.repeatedStateAlias(method, spec.name(), alias);
        }
      }
    }
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
