/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.user;

import java.time.Duration;
import java.time.Instant;

/**
 * The periods of a user, counted from 1 from when the user was first seen.
 *
 * @param period how long each is
 * @param limit how many are billed
 */
public record BillingCalendar(Duration period, int limit) {

  Instant endOf(int number, Instant start) {
    return start.plus(period.multipliedBy(number));
  }

  /** The number of the last period that has ended, at most the limit. */
  int ended(Instant start, Instant now) {
    long whole = Duration.between(start, now).dividedBy(period);
    return (int) Math.max(0, Math.min(limit, whole));
  }
}
