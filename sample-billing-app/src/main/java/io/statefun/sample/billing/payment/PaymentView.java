/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

import io.statefun.message.MessageTypeName;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a {@link PaymentQuery}.
 *
 * @param paymentId which
 * @param payment what is known of it, or null if it was never asked for
 */
@MessageTypeName("billing/payment-view")
public record PaymentView(String paymentId, @Nullable Payment payment) {}
