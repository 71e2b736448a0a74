/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The functions of the application, by the names under which their instances are stored. A name
 * that a function got later stands for that one: {@link #stored} replaces it where an address comes
 * in, so that everything inside knows one address for each instance.
 */
final class FunctionTypes {

  private static final int COMPARED = 8;

  private final Map<TypeName, FunctionType> byName = new LinkedHashMap<>();
  private final List<FunctionType> byIndex = new ArrayList<>();

  /** The stored names of functions by their other names; null if none has another. */
  private final @Nullable Map<TypeName, TypeName> storedNames;

  FunctionTypes(Collection<? extends FunctionInvoker> invokers) {
    for (FunctionInvoker invoker : invokers) {
      FunctionType type = new FunctionType(byName.size(), invoker);
      if (byName.put(type.storedName, type) != null) {
        throw twice(type.storedName);
      }
      byIndex.add(type);
    }
    Map<TypeName, TypeName> others = new HashMap<>();
    for (FunctionType type : byIndex) {
      for (TypeName other : type.otherNames) {
        if (byName.containsKey(other) || others.put(other, type.storedName) != null) {
          throw twice(other);
        }
      }
    }
    storedNames = others.isEmpty() ? null : others;
  }

  private static IllegalArgumentException twice(TypeName name) {
    return new IllegalArgumentException(
        "There are two functions of the type " + name + ", maybe as an alias");
  }

  /** The address under which an instance is stored; what is sent to it goes there. */
  Address stored(Address address) {
    Map<TypeName, TypeName> names = storedNames;
    TypeName name = names == null ? null : names.get(address.type());
    return name == null ? address : Address.of(name, address.id());
  }

  /** The function whose instances are stored under a name. */
  @Nullable FunctionType get(TypeName name) {
    // Names of addresses are mostly the very objects, so the usual few functions need no hashing.
    for (int i = 0; i < byIndex.size() && i < COMPARED; i++) {
      if (byIndex.get(i).storedName == name) {
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
