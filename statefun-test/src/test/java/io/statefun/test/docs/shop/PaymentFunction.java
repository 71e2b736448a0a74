/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.function.AsyncResult;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.test.docs.shop.Messages.Charge;
import java.time.Duration;

// tag::async[]
@StatefulFunction("shop/payment")
class PaymentFunction {

  private final PaymentGateway gateway;

  PaymentFunction(PaymentGateway gateway) {
    this.gateway = gateway;
  }

  @MessageHandler
  void on(Charge charge, Context context) {
    context.async(charge, gateway.charge(charge.payment(), charge.cents()));
  }

  @MessageHandler
  void on(
      AsyncResult<Charge, String> result,
      @State("receipt") ValueState<String> receipt,
      Context context) {
    switch (result.status()) {
      case SUCCESS -> receipt.set(result.value());
      case FAILURE -> context.sendAfter(Duration.ofMinutes(1), context.self(), result.request());
      case UNKNOWN -> context.send(context.self(), result.request());
    }
  }
}
// end::async[]
