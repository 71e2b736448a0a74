/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import io.statefun.engine.StateSpec;
import io.statefun.message.TypeName;

/** A function cannot be served to a runtime elsewhere. Says why, and what to do. */
public final class UnservableFunctionException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String description;
  private final String action;

  private UnservableFunctionException(String description, String action) {
    super(description + " " + action);
    this.description = description;
    this.action = action;
  }

  static UnservableFunctionException notAValue(TypeName function, StateSpec state) {
    return new UnservableFunctionException(
        "The function '"
            + function
            + "' cannot be served to a runtime elsewhere: its state '"
            + state.name()
            + "' is a "
            + (state.kind() == StateSpec.Kind.LIST ? "list" : "map")
            + ", and a runtime sends and takes whole values only.",
        "Make it a ValueState of a class that holds the entries, if they stay few; or leave the"
            + " function to an application that runs it in an engine and serves none.");
  }

  static UnservableFunctionException twoFunctions(TypeName name) {
    return new UnservableFunctionException(
        "There are two functions of the type '" + name + "', maybe as an alias.",
        "Give one of them another type name, or remove it.");
  }

  /** What is wrong, naming the function and the state. */
  public String description() {
    return description;
  }

  /** What to do about it. */
  public String action() {
    return action;
  }
}
