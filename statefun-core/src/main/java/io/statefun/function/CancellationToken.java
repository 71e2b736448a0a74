/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.function;

import java.util.Objects;

/**
 * A name under which an instance can cancel a delayed message that it has scheduled. Tokens of
 * different instances never meet.
 *
 * @param value the token, not empty
 */
public record CancellationToken(String value) {

  public CancellationToken {
    Objects.requireNonNull(value, "value");
    if (value.isEmpty()) {
      throw new IllegalArgumentException("A cancellation token must not be empty");
    }
  }

  /** Makes a token. */
  public static CancellationToken of(String value) {
    return new CancellationToken(value);
  }
}
