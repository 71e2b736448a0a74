/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.message.TypeName;
import java.util.Set;

/** Names functions: by {@code namespace/name}, or by {@code namespace/*} all of a namespace. */
record FunctionNames(Set<String> names) {

  private static final String ALL = "/*";

  /**
   * Takes names.
   *
   * @throws IllegalArgumentException if one of them is none
   */
  FunctionNames {
    names = Set.copyOf(names);
    names.forEach(FunctionNames::check);
  }

  private static void check(String name) {
    String one = name.endsWith(ALL) ? name.substring(0, name.length() - 1) + "x" : name;
    if (one.contains("*")) {
      throw new IllegalArgumentException(
          "'" + name + "' names no function: use namespace/name, or namespace/* for all of one");
    }
    TypeName unused = TypeName.parse(one);
  }

  boolean has(TypeName function) {
    return names.contains(function.toString()) || names.contains(function.namespace() + ALL);
  }
}
