/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import io.statefun.engine.FunctionInvoker;
import io.statefun.message.TypeName;
import io.statefun.remote.protocol.Address;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** The functions that are served, by all names that they have or had. */
final class ServedFunctions {

  private final Map<String, ServedFunction> byName = new HashMap<>();

  /**
   * @throws UnservableFunctionException if one cannot be served, or two have the same name
   */
  ServedFunctions(Collection<? extends FunctionInvoker> invokers) {
    for (FunctionInvoker invoker : invokers) {
      ServedFunction function = new ServedFunction(invoker);
      add(invoker.type(), function);
      invoker.aliases().forEach(alias -> add(alias, function));
    }
  }

  private void add(TypeName name, ServedFunction function) {
    if (byName.putIfAbsent(name.toString(), function) != null) {
      throw UnservableFunctionException.twoFunctions(name);
    }
  }

  /**
   * The function that an address is of.
   *
   * @throws RequestFailedException if there is none
   */
  ServedFunction of(Address target) throws RequestFailedException {
    String name = target.getNamespace() + '/' + target.getType();
    ServedFunction function = byName.get(name);
    if (function == null) {
      throw RequestFailedException.unknownFunction(name, new TreeSet<>(byName.keySet()));
    }
    return function;
  }
}
