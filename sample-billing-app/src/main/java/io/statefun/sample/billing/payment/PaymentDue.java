/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

import io.statefun.message.MessageTypeName;

/**
 * A payment's period has ended: it is to be asked for now.
 *
 * @param userId who pays
 * @param period the number of the user's period that is paid for
 * @param amountCents how much
 */
@MessageTypeName("billing/payment-due")
public record PaymentDue(String userId, int period, long amountCents) {

  /** The payment's id. It follows from user and period, so that no two are ever made for one. */
  String paymentId() {
    return PaymentFunction.id(userId, period);
  }
}
