/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

import io.statefun.message.MessageTypeName;

/**
 * Tells the user's function how a payment ended.
 *
 * @param paymentId the payment
 * @param paid whether the money was taken; otherwise it was given up
 */
@MessageTypeName("billing/payment-settled")
public record PaymentSettled(String paymentId, boolean paid) {}
