/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.provider;

/**
 * Somebody asks for money.
 *
 * @param deliveryId the same each time this request is delivered, and for no other request
 * @param paymentId what is paid
 * @param attempt counts the requests for this payment from 1
 * @param amountCents how much
 */
public record ChargeRequest(String deliveryId, String paymentId, int attempt, long amountCents) {}
