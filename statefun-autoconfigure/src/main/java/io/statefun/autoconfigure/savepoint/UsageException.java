/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.savepoint;

/** Something was asked for that cannot be. */
final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
