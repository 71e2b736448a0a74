/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import java.util.List;
import java.util.Objects;

/**
 * Rows that become instances of a function, of which a {@link SavepointBuilder} makes a savepoint.
 *
 * @param name tells it from the other inputs of the savepoint
 * @param function the function, by any name that it ever had
 * @param states the states that each row has values of, in this order, by any name that they had
 * @param definition where the rows come from and how; what was gathered before is of use only if it
 *     is the same
 */
public record SavepointInput(
    String name, TypeName function, List<String> states, String definition) {

  public SavepointInput {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(function, "function");
    Objects.requireNonNull(definition, "definition");
    states = List.copyOf(states);
  }
}
