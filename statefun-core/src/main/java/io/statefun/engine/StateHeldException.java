/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

/** The application holds state already, which a savepoint would replace. */
public final class StateHeldException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  StateHeldException(String message) {
    super(message);
  }
}
