/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import org.jspecify.annotations.Nullable;

/** A statement cannot be understood, is none that is allowed, or asks for too much; says why. */
public final class InvalidSqlException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  InvalidSqlException(String message) {
    this(message, 0, 0, null);
  }

  InvalidSqlException(String message, int line, int column, @Nullable Throwable cause) {
    super(line == 0 ? message : "Line " + line + ", column " + column + ": " + message, cause);
    this.line = line;
    this.column = column;
  }

  /** The line of the statement where it went wrong, from 1 on; 0 if that is no one place. */
  public int line() {
    return line;
  }

  /** The column in that line, from 1 on; 0 if that is no one place. */
  public int column() {
    return column;
  }
}
