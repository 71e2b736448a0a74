/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import org.jspecify.annotations.Nullable;

/** A call that got no reply that can be applied, and why. */
final class CallFailedException extends Exception {

  private static final long serialVersionUID = 1;

  final transient CallListener.Outcome outcome;

  CallFailedException(CallListener.Outcome outcome, String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
    this.outcome = outcome;
  }
}
