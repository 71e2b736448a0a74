/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import org.jspecify.annotations.Nullable;

/** A value could not be turned into bytes, or bytes could not be read as a value of a type. */
public class SerializationException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what could not be read or written, of which type
   * @param cause why, if another exception says it
   */
  public SerializationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
