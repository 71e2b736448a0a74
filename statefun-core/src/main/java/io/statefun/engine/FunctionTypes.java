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
    return byName.get(name);
  }

  FunctionType at(int index) {
    return byIndex.get(index);
  }

  Collection<FunctionType> all() {
    return byName.values();
  }
}
