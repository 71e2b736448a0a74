/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

import io.statefun.message.MessageTypeName;

/**
 * Something that a person should look at.
 *
 * @param kind what it is
 * @param paymentId the payment that it is about
 * @param text what happened, in words
 */
@MessageTypeName("billing/alert")
public record Alert(Kind kind, String paymentId, String text) {

  /** What an alert is about. */
  public enum Kind {
    /** A payment was asked for, or answered, twice. */
    DUPLICATE,
    /** An answer came for a payment that was never asked for. */
    UNKNOWN,
    /** A payment was declined for the last time. */
    GIVEN_UP
  }
}
