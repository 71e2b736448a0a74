/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.user;

import org.jspecify.annotations.Nullable;

/**
 * A user's row, as far as billing is concerned.
 *
 * @param status whether it is to be paid
 * @param interval how often
 * @param amountCents how much each time
 * @param closedThrough the number of the last period whose books are closed, so that no later
 *     change reaches it; null if periods close by themselves when they end
 */
public record Subscription(
    SubscriptionStatus status,
    BillingInterval interval,
    long amountCents,
    @Nullable Integer closedThrough) {

  boolean owes(int period) {
    return status == SubscriptionStatus.ACTIVE && interval.endsWith(period);
  }

  boolean closesByClock() {
    return closedThrough == null;
  }
}
