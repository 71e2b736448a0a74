/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.changes;

import org.jspecify.annotations.Nullable;

/** A text is not a change event of the user table. */
public class BadChangeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what is wrong
   * @param cause why, if another exception says it
   */
  public BadChangeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
