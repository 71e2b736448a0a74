/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

import io.statefun.message.MessageTypeName;

/**
 * What is known of a payment.
 *
 * @param userId who pays
 * @param period the number of the user's period that is paid for
 * @param amountCents how much
 * @param status where it stands
 * @param attempt the number of the last request, from 1
 */
@MessageTypeName("billing/payment")
public record Payment(
    String userId, int period, long amountCents, PaymentStatus status, int attempt) {

  static Payment requested(PaymentDue due) {
    return new Payment(due.userId(), due.period(), due.amountCents(), PaymentStatus.REQUESTED, 1);
  }

  Payment requestedAgain() {
    return new Payment(userId, period, amountCents, PaymentStatus.REQUESTED, attempt + 1);
  }

  Payment with(PaymentStatus newStatus) {
    return new Payment(userId, period, amountCents, newStatus, attempt);
  }

  boolean waitsForAnswerTo(int answeredAttempt) {
    return status == PaymentStatus.REQUESTED && attempt == answeredAttempt;
  }

  boolean waitsForRetry(int nextAttempt) {
    return status == PaymentStatus.DECLINED && attempt + 1 == nextAttempt;
  }
}
