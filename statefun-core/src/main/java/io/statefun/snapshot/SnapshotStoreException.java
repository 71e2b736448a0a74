/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot store that cannot be used as it is configured, with what is wrong and what to do about
 * it.
 */
public final class SnapshotStoreException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String description;
  private final String action;

  /**
   * Makes an exception.
   *
   * @param description what is wrong, in full sentences
   * @param action what the reader can do, in full sentences
   */
  public SnapshotStoreException(String description, String action) {
    this(description, action, null);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param description what is wrong, in full sentences
   * @param action what the reader can do, in full sentences
   */
  public SnapshotStoreException(String description, String action, @Nullable Throwable cause) {
    super(description + " " + action, cause);
    this.description = description;
    this.action = action;
  }

  /** What is wrong. */
  public String description() {
    return description;
  }

  /** What to do about it. */
  public String action() {
    return action;
  }
}
