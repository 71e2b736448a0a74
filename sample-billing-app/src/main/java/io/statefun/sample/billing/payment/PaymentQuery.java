/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

/**
 * Asks for a payment.
 *
 * @param paymentId which
 */
public record PaymentQuery(String paymentId) {}
