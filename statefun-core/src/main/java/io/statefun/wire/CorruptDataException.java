/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.wire;

/** Stored bytes do not have the form that they must have. */
public class CorruptDataException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what was read, and what is wrong with it
   */
  public CorruptDataException(String message) {
    super(message);
  }
}
