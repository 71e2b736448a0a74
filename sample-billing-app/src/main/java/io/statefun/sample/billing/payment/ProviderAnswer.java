/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

import io.statefun.message.MessageTypeName;

/**
 * What the provider says of a request.
 *
 * @param paymentId the payment
 * @param attempt the request's attempt
 * @param outcome what became of it
 */
@MessageTypeName("billing/provider-answer")
public record ProviderAnswer(String paymentId, int attempt, Outcome outcome) {

  /** What became of a request. */
  public enum Outcome {
    /** The money was taken. */
    PAID,
    /** The money was not taken; another attempt may succeed. */
    DECLINED,
    /** The same attempt was asked for before: nothing was done. */
    DUPLICATE
  }
}
