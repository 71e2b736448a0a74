/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;

/**
 * A state of a function elsewhere has values of another type than it is declared with now. Nothing
 * is wrong with the messages: they wait until the function is mended.
 */
final class StateTypeException extends RuntimeException {

  private static final long serialVersionUID = 1;

  StateTypeException(TypeName function, String state, String stored, String declared) {
    super(
        "State '"
            + state
            + "' of function "
            + function
            + " is stored with values of type "
            + stored
            + ", and the function declares "
            + declared
            + ". Its messages wait: have the function declare the type as it was, or give the"
            + " state of the other type another name");
  }
}
