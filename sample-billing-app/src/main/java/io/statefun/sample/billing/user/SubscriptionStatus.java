/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.user;

/** Whether a subscription is to be paid. */
public enum SubscriptionStatus {
  /** It is to be paid. */
  ACTIVE,
  /** It is not to be paid, and may become active again. */
  PAUSED,
  /** It is not to be paid any more. */
  CANCELLED
}
