/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import org.jspecify.annotations.Nullable;

/** What an endpoint has answered is no reply that can be applied. */
final class InvalidReplyException extends Exception {

  private static final long serialVersionUID = 1;

  InvalidReplyException(String message) {
    this(message, null);
  }

  InvalidReplyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
