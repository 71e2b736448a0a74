/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import org.jspecify.annotations.Nullable;

/** A function can never handle a message, however often it is tried. */
public class UnhandledMessageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message which function cannot handle which message, and why
   * @param cause the exception that says why, if there is one
   */
  public UnhandledMessageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
