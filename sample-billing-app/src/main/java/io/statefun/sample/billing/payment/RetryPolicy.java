/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

import java.time.Duration;

/**
 * How often, and after which pauses, a declined payment is asked for again.
 *
 * @param maxAttempts how often in all, the first time included
 * @param backoff the first pause; each is twice as long as the one before, up to sixteen times this
 */
public record RetryPolicy(int maxAttempts, Duration backoff) {

  private static final int LONGEST_DOUBLING = 4;

  Duration pauseAfter(int attempt) {
    return backoff.multipliedBy(1L << Math.min(attempt - 1, LONGEST_DOUBLING));
  }
}
