/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.test.docs.shop.Messages.Delivered;
import io.statefun.test.docs.shop.Messages.Reserve;
import io.statefun.test.docs.shop.Messages.Reserved;
import io.statefun.test.docs.shop.Messages.SoldOut;

// tag::stock[]
@StatefulFunction("shop/stock")
class StockFunction {

  @MessageHandler
  void on(Delivered delivered, @State("free") ValueState<Integer> free) {
    free.update(0, pieces -> pieces + delivered.pieces());
  }

  @MessageHandler
  void on(Reserve reserve, @State("free") ValueState<Integer> free, Context context) {
    int pieces = free.getOrDefault(0);
    if (pieces == 0) {
      context.reply(new SoldOut());
    } else {
      free.set(pieces - 1);
      context.reply(new Reserved());
    }
  }
}
// end::stock[]
