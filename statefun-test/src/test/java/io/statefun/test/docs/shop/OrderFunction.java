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
import io.statefun.test.docs.shop.Messages.GetOrder;
import io.statefun.test.docs.shop.Messages.OrderPlaced;
import io.statefun.test.docs.shop.Messages.Receipt;
import io.statefun.test.docs.shop.Messages.Reserve;
import io.statefun.test.docs.shop.Messages.Reserved;
import io.statefun.test.docs.shop.Messages.SoldOut;

// tag::order[]
@StatefulFunction("shop/order")
class OrderFunction {

  @MessageHandler
  void on(OrderPlaced placed, @State("order") ValueState<Order> order, Context context) {
    if (order.isPresent()) {
      return; // the same order again
    }
    order.set(new Order(placed.customer(), placed.item(), Order.Status.OPEN));
    context.send("shop/stock", placed.item(), new Reserve());
    context.egress("shop/receipts", new Receipt(context.self().id(), placed.customer()));
  }

  @MessageHandler
  void on(Reserved reserved, @State("order") ValueState<Order> order) {
    order.set(order.get().with(Order.Status.CONFIRMED));
  }

  @MessageHandler
  void on(SoldOut soldOut, @State("order") ValueState<Order> order) {
    order.set(order.get().with(Order.Status.CANCELLED));
  }

  @MessageHandler
  void on(GetOrder get, @State("order") ValueState<Order> order, Context context) {
    context.reply(order.get());
  }
}
// end::order[]
