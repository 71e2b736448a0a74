/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.sample.billing.totals.Count;
import io.statefun.sample.billing.totals.Tally;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The names and the JSON that the payment function in JavaScript knows, too. */
class PaymentMessagesTest {

  private static final String ID = "u42-p3";
  private static final Payment PAYMENT = new Payment("42", 3, 500, PaymentStatus.REQUESTED, 1);
  private static final String PAYMENT_JSON =
      "{'userId':'42','period':3,'amountCents':500,'status':'REQUESTED','attempt':1}";

  static Arguments[] messages() {
    return new Arguments[] {
      message(PAYMENT, "payment", PAYMENT_JSON),
      message(
          new PaymentDue("42", 3, 500),
          "payment-due",
          "{'userId':'42','period':3,'amountCents':500}"),
      message(
          new ProviderAnswer(ID, 1, ProviderAnswer.Outcome.PAID),
          "provider-answer",
          "{'paymentId':'u42-p3','attempt':1,'outcome':'PAID'}"),
      message(new RetryPayment(2), "retry-payment", "{'attempt':2}"),
      message(new PaymentQuery(ID), "payment-query", "{'paymentId':'u42-p3'}"),
      message(
          new PaymentView(ID, PAYMENT),
          "payment-view",
          "{'paymentId':'u42-p3','payment':" + PAYMENT_JSON + "}"),
      message(new PaymentView(ID, null), "payment-view", "{'paymentId':'u42-p3','payment':null}"),
      message(
          new PaymentSettled(ID, true), "payment-settled", "{'paymentId':'u42-p3','paid':true}"),
      message(new Tally(Count.PAID), "tally", "{'count':'PAID'}"),
      message(
          new PaymentRequest(ID, 1, 500),
          "payment-request",
          "{'paymentId':'u42-p3','attempt':1,'amountCents':500}"),
      message(
          new Alert(Alert.Kind.UNKNOWN, ID, "text"),
          "alert",
          "{'kind':'UNKNOWN','paymentId':'u42-p3','text':'text'}")
    };
  }

  private static Arguments message(Object message, String name, String json) {
    return Arguments.of(message, "billing/" + name, json.replace('\'', '"'));
  }

  @ParameterizedTest
  @MethodSource("messages")
  <T> void givenAMessageThenItTravelsAsJsonUnderANameOfNoLanguage(
      T message, String name, String json) {
    @SuppressWarnings("unchecked")
    MessageType<T> type = MessageTypes.standard().forClass((Class<T>) message.getClass());

    assertThat(type.typeName()).hasToString(name);
    assertThat(new String(type.serialize(message), StandardCharsets.UTF_8)).isEqualTo(json);
    assertThat(type.deserialize(json.getBytes(StandardCharsets.UTF_8))).isEqualTo(message);
  }
}
