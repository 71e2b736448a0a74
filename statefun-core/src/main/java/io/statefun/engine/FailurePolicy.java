/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.OnFailure;
import java.time.Duration;

/**
 * What happens when a function throws.
 *
 * @param maxAttempts how often a message is handled at most, at least 1
 * @param initialBackoff the pause before the second attempt
 * @param maxBackoff the longest pause
 * @param multiplier by how much each pause is longer than the one before, at least 1
 * @param then what happens when all attempts have failed
 */
public record FailurePolicy(
    int maxAttempts,
    Duration initialBackoff,
    Duration maxBackoff,
    double multiplier,
    OnFailure.Then then) {

  /** Five attempts, 100 ms to one minute apart, then the dead letters. */
  public static final FailurePolicy DEFAULT =
      new FailurePolicy(
          5, Duration.ofMillis(100), Duration.ofMinutes(1), 2.0, OnFailure.Then.DEAD_LETTER);

  public FailurePolicy {
    if (maxAttempts < 1
        || initialBackoff.isNegative()
        || maxBackoff.compareTo(initialBackoff) < 0
        || !(multiplier >= 1.0)) {
      throw new IllegalArgumentException(
          "A failure policy needs at least one attempt, a back-off that is not negative, a longest"
              + " back-off not below it and a multiplier of at least 1");
    }
  }

  /** The pause after the given number of failed attempts. */
  public Duration backoffAfter(int failures) {
    double millis = initialBackoff.toMillis() * Math.pow(multiplier, failures - 1.0);
    return Duration.ofMillis((long) Math.min(millis, maxBackoff.toMillis()));
  }
}
