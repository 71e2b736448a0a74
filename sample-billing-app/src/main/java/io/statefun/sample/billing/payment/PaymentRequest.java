/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

import io.statefun.message.MessageTypeName;

/**
 * What the provider is asked for.
 *
 * @param paymentId the payment
 * @param attempt counts the requests for this payment from 1
 * @param amountCents how much
 */
@MessageTypeName("billing/payment-request")
public record PaymentRequest(String paymentId, int attempt, long amountCents) {}
