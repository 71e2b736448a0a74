/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.slice;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import java.time.Duration;

@StatefulFunction("shop/till")
class TillFunction {

  record Sold(String item) {}

  record GetTotal() {}

  record Total(long amount) {}

  record Closing() {}

  private final PriceList prices;

  TillFunction(PriceList prices) {
    this.prices = prices;
  }

  @MessageHandler
  void on(Sold sold, @State("total") ValueState<Long> total, Context context) {
    total.update(0L, before -> before + prices.priceOf(sold.item()));
    context.reminders().after("closing", Duration.ofHours(8), new Closing());
  }

  @MessageHandler
  void on(GetTotal get, @State("total") ValueState<Long> total, Context context) {
    context.reply(new Total(total.getOrDefault(0L)));
  }

  @MessageHandler
  void on(Closing closing, @State("total") ValueState<Long> total, Context context) {
    context.egress("shop/books", new Total(total.getOrDefault(0L)));
    total.clear();
  }
}
