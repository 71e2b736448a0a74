/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.totals;

/** What is counted. */
public enum Count {
  /** Users that were seen. */
  USERS,
  /** Changes that were older than what was known, or known already. */
  STALE_CHANGES,
  /** Payments that are due, now or at the end of a closed period. */
  DUE,
  /** Payments that succeeded. */
  PAID,
  /** Payments that were declined, and are asked for again later. */
  RETRIED,
  /** Payments that were declined for the last time. */
  GIVEN_UP,
  /** Payments that were asked for, or answered, more than once. */
  DUPLICATES,
  /** Answers to payments that nobody asked for. */
  UNKNOWN
}
