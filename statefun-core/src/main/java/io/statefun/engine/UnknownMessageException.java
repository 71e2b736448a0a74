/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import org.jspecify.annotations.Nullable;

/**
 * This version of the application cannot handle a message, but another one may: it has no such
 * function, or the function takes no message of that type, or cannot read it. While an application
 * is upgraded node by node, such a message waits for a node that can.
 */
public final class UnknownMessageException extends UnhandledMessageException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message which function cannot handle which message, and why
   * @param cause the exception that says why, if there is one
   */
  public UnknownMessageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
