/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.TypeName;
import io.statefun.sample.billing.totals.Count;
import io.statefun.sample.billing.totals.TotalsFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;

/**
 * One payment: asks the provider, waits for its answer, asks again after a pause if it declined,
 * and tells the user's function how it ended.
 *
 * <p>The engine delivers each message once, so the function needs no protection against its own
 * repetitions. What it does check is the provider, which is another company: an answer that comes
 * twice, or for a payment that was never asked for, changes nothing and raises an alert.
 *
 * <p>The same function in JavaScript is in the folder {@code payments-javascript}; messages and
 * state have names and a JSON form that both know, so that a payment can go on in either.
 */
@StatefulFunction(PaymentFunction.TYPE)
@ConditionalOnProperty(name = "billing.payments", havingValue = "java", matchIfMissing = true)
public class PaymentFunction {

  /** The function's type name. */
  public static final String TYPE = "billing/payment";

  /** The egress that takes each {@link PaymentRequest}. */
  public static final String REQUESTS = "billing/payment-requests";

  /** The egress that takes each {@link Alert}. */
  public static final String ALERTS = "billing/alerts";

  private static final String USER = "billing/user";
  private static final TypeName REQUESTS_EGRESS = TypeName.parse(REQUESTS);

  private final RetryPolicy retries;

  public PaymentFunction(RetryPolicy retries) {
    this.retries = retries;
  }

  /** The id of the payment for a user's period, as in {@code u42-p3}. */
  public static String id(String userId, int period) {
    return "u" + userId + "-p" + period;
  }

  @MessageHandler
  void on(PaymentDue due, @State("payment") ValueState<Payment> state, Context context) {
    if (state.isPresent()) {
      duplicate(context, "It was asked for a second time");
      return;
    }
    request(Payment.requested(due), state, context);
  }

  @MessageHandler
  void on(ProviderAnswer answer, @State("payment") ValueState<Payment> state, Context context) {
    Payment payment = state.get();
    String problem = problemWith(answer, payment);
    if (payment == null) {
      TotalsFunction.count(context, Count.UNKNOWN);
      alert(context, Alert.Kind.UNKNOWN, "The provider answered a payment nobody asked for");
    } else if (problem != null) {
      duplicate(context, problem);
    } else if (answer.outcome() == ProviderAnswer.Outcome.PAID) {
      settle(payment.with(PaymentStatus.SUCCEEDED), Count.PAID, state, context);
    } else if (payment.attempt() >= retries.maxAttempts()) {
      alert(context, Alert.Kind.GIVEN_UP, "Declined " + payment.attempt() + " times");
      settle(payment.with(PaymentStatus.GIVEN_UP), Count.GIVEN_UP, state, context);
    } else {
      retryLater(payment, state, context);
    }
  }

  @MessageHandler
  void on(RetryPayment retry, @State("payment") ValueState<Payment> state, Context context) {
    Payment payment = state.get();
    if (payment != null && payment.waitsForRetry(retry.attempt())) {
      request(payment.requestedAgain(), state, context);
    }
  }

  @MessageHandler
  void on(PaymentQuery query, @State("payment") ValueState<Payment> state, Context context) {
    context.reply(new PaymentView(query.paymentId(), state.get()));
  }

  private static @Nullable String problemWith(ProviderAnswer answer, @Nullable Payment payment) {
    if (answer.outcome() == ProviderAnswer.Outcome.DUPLICATE) {
      return "The provider got attempt " + answer.attempt() + " twice and refused the second";
    }
    return payment == null || payment.waitsForAnswerTo(answer.attempt())
        ? null
        : "The provider answered attempt " + answer.attempt() + " a second time";
  }

  private static void request(Payment payment, ValueState<Payment> state, Context context) {
    String id = context.self().id();
    state.set(payment);
    context.egress(
        EgressRecord.of(
                REQUESTS_EGRESS, new PaymentRequest(id, payment.attempt(), payment.amountCents()))
            .withKey(id));
  }

  private void retryLater(Payment payment, ValueState<Payment> state, Context context) {
    state.set(payment.with(PaymentStatus.DECLINED));
    TotalsFunction.count(context, Count.RETRIED);
    context.sendAfter(
        retries.pauseAfter(payment.attempt()),
        context.self(),
        new RetryPayment(payment.attempt() + 1));
  }

  private static void settle(
      Payment payment, Count count, ValueState<Payment> state, Context context) {
    state.set(payment);
    TotalsFunction.count(context, count);
    boolean paid = payment.status() == PaymentStatus.SUCCEEDED;
    context.send(USER, payment.userId(), new PaymentSettled(context.self().id(), paid));
  }

  private static void duplicate(Context context, String text) {
    TotalsFunction.count(context, Count.DUPLICATES);
    alert(context, Alert.Kind.DUPLICATE, text);
  }

  private static void alert(Context context, Alert.Kind kind, String text) {
    context.egress(ALERTS, new Alert(kind, context.self().id(), text));
  }
}
