/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.time.Duration;
import java.util.Objects;

/**
 * When a stored value expires.
 *
 * @param mode what the time is counted from
 * @param after how long a value lives; zero if it never expires
 */
public record Retention(Mode mode, Duration after) {

  /** Values stay until they are removed. */
  public static final Retention FOREVER = new Retention(Mode.FOREVER, Duration.ZERO);

  public Retention {
    Objects.requireNonNull(mode, "mode");
    if (mode != Mode.FOREVER && after.toMillis() < 1) {
      throw new IllegalArgumentException("A retention must be at least one millisecond: " + after);
    }
  }

  /** What the time that a value lives is counted from. */
  public enum Mode {
    /** A value never expires. */
    FOREVER,
    /** From the last time that it was written. */
    AFTER_WRITE,
    /** From the last time that it was written or read. */
    AFTER_ACCESS
  }
}
