/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions of the application, by name. */
final class FunctionTypes {

  private static final int COMPARED = 8;

  private final Map<TypeName, FunctionType> byName = new LinkedHashMap<>();
  private final List<FunctionType> byIndex = new ArrayList<>();

  FunctionTypes(Collection<? extends FunctionInvoker> invokers) {
    for (FunctionInvoker invoker : invokers) {
      FunctionType type = new FunctionType(byName.size(), invoker);
      if (byName.put(type.name, type) != null) {
        throw new IllegalArgumentException("There are two functions of the type " + type.name);
      }
      byIndex.add(type);
    }
  }

  @Nullable FunctionType get(TypeName name) {
    // Names of addresses are mostly the very objects, so the usual few functions need no hashing.
    for (int i = 0; i < byIndex.size() && i < COMPARED; i++) {
      if (byIndex.get(i).name == name) {
        return byIndex.get(i);
      }
    }
    return byName.get(name);
  }

  FunctionType at(int index) {
    return byIndex.get(index);
  }

  Collection<FunctionType> all() {
    return byName.values();
  }
}
