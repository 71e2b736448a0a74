/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.user;

/** How often a user pays. */
public enum BillingInterval {
  /** At the end of every period. */
  MONTHLY(1),
  /** At the end of every third period. */
  QUARTERLY(3),
  /** At the end of every twelfth period. */
  YEARLY(12);

  private final int periods;

  BillingInterval(int periods) {
    this.periods = periods;
  }

  boolean endsWith(int period) {
    return period % periods == 0;
  }
}
