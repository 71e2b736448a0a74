/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import io.statefun.engine.FunctionInvoker;
import io.statefun.engine.Retention;
import io.statefun.engine.StateSpec;
import io.statefun.remote.protocol.FromFunction.ExpirationSpec;
import io.statefun.remote.protocol.FromFunction.ExpirationSpec.ExpireMode;
import io.statefun.remote.protocol.FromFunction.PersistedValueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A function, and what a runtime is told of its states. */
final class ServedFunction {

  private final FunctionInvoker invoker;
  private final List<StateSpec> states;
  private final List<PersistedValueSpec> declarations;

  /**
   * @throws UnservableFunctionException if a state is something else than a value
   */
  ServedFunction(FunctionInvoker invoker) {
    this.invoker = invoker;
    this.states = List.copyOf(invoker.states());
    List<PersistedValueSpec> specs = new ArrayList<>();
    for (StateSpec state : states) {
      if (state.kind() != StateSpec.Kind.VALUE) {
        throw UnservableFunctionException.notAValue(invoker.type(), state);
      }
      specs.add(declaration(state));
    }
    this.declarations = List.copyOf(specs);
  }

  private static PersistedValueSpec declaration(StateSpec state) {
    PersistedValueSpec.Builder declaration =
        PersistedValueSpec.newBuilder()
            .setStateName(wireName(state))
            .setTypeTypename(state.valueType().typeName().toString());
    Retention retention = state.retention();
    if (retention.mode() != Retention.Mode.FOREVER) {
      declaration.setExpirationSpec(
          ExpirationSpec.newBuilder()
              .setMode(
                  retention.mode() == Retention.Mode.AFTER_WRITE
                      ? ExpireMode.AFTER_WRITE
                      : ExpireMode.AFTER_INVOKE)
              .setExpireAfterMillis(retention.after().toMillis()));
    }
    return declaration.build();
  }

  /**
   * The name under which a runtime keeps a state. A state that was renamed keeps its oldest name
   * there, as it does in a store, so that its values are found again.
   */
  static String wireName(StateSpec state) {
    return state.storedName();
  }

  FunctionInvoker invoker() {
    return invoker;
  }

  /** The states, by slot. */
  List<StateSpec> states() {
    return states;
  }

  /** What to tell a runtime that knows no others than these states; empty if it knows all. */
  List<PersistedValueSpec> missing(Set<String> known) {
    return declarations.stream()
        .filter(declaration -> !known.contains(declaration.getStateName()))
        .toList();
  }
}
