/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import org.jspecify.annotations.Nullable;

/** The application's beans or properties do not fit together. Says why, and what to do. */
public final class StateFunConfigurationException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String description;
  private final String action;

  /**
   * @param description what is wrong
   * @param action what to do
   */
  public StateFunConfigurationException(String description, String action) {
    this(description, action, null);
  }

  /**
   * @param description what is wrong
   * @param action what to do
   * @param cause what showed it, if anything did
   */
  public StateFunConfigurationException(
      String description, String action, @Nullable Throwable cause) {
    super(description + " " + action, cause);
    this.description = description;
    this.action = action;
  }

  String description() {
    return description;
  }

  String action() {
    return action;
  }
}
