/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import org.jspecify.annotations.Nullable;

/** The engine cannot start. Says why, and what to do. */
public final class EngineStartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String description;
  private final String action;

  /**
   * @param description what is wrong
   * @param action what to do
   * @param cause what showed it, if anything did
   */
  public EngineStartException(String description, String action, @Nullable Throwable cause) {
    super(description + " " + action, cause);
    this.description = description;
    this.action = action;
  }

  /** What is wrong. */
  public String description() {
    return description;
  }

  /** What to do. */
  public String action() {
    return action;
  }
}
