/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.query;

/** A query of states cannot be understood, and it says where and why. */
public final class InvalidQueryException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  /** Makes one with a text for whoever has written the query. */
  public InvalidQueryException(String message) {
    super(message);
  }
}
