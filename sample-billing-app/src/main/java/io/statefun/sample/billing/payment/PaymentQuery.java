/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

import io.statefun.message.MessageTypeName;

/**
 * Asks for a payment.
 *
 * @param paymentId which
 */
@MessageTypeName("billing/payment-query")
public record PaymentQuery(String paymentId) {}
