/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

/** Where a payment stands. */
public enum PaymentStatus {
  /** The provider was asked and has not answered. */
  REQUESTED,
  /** The provider declined; it will be asked again. */
  DECLINED,
  /** The money was taken. */
  SUCCEEDED,
  /** The provider declined too often. */
  GIVEN_UP
}
