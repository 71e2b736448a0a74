/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What the first state is to be made of cannot be read. Says why, and what to do. */
final class BootstrapSourceException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String action;

  BootstrapSourceException(String description, String action, @Nullable Throwable cause) {
    super(description, cause);
    this.action = action;
  }

  String action() {
    return action;
  }
}
