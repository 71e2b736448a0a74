/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.message.MessageType;
import org.jspecify.annotations.Nullable;

/** What came is no message of its type. */
public final class InvalidJsonException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  InvalidJsonException(MessageType<?> type, @Nullable String why, @Nullable Throwable cause) {
    super("The body is no message of the type " + type.typeName() + ": " + why, cause);
  }
}
