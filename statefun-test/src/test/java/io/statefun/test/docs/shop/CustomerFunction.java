/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.test.docs.shop.Messages.Bought;
import io.statefun.test.docs.shop.Messages.ItemAdded;
import java.util.ArrayList;
import java.util.List;

@StatefulFunction("shop/customer")
class CustomerFunction {

  /** What a customer looks at; mutable, as Java beans are. */
  static class Basket {
    public List<String> items = new ArrayList<>();
  }

  // tag::state[]
  @MessageHandler
  void on(
      Bought bought,
      @State("total") ValueState<Integer> total,
      @State("orders") ListState<String> orders,
      @State("pieces") MapState<String, Integer> pieces,
      @State(value = "lately", expireAfterWrite = "30d") MapState<String, String> lately) {
    total.update(0, before -> before + bought.pieces());
    orders.add(bought.order());
    pieces.put(bought.item(), pieces.getOrDefault(bought.item(), 0) + bought.pieces());
    lately.put(bought.item(), bought.order());
  }

  // end::state[]

  // tag::mutable[]
  @MessageHandler
  void on(
      ItemAdded added,
      @State(value = "basket", expireAfterAccess = "2h") ValueState<Basket> baskets) {
    Basket basket = baskets.getOrDefault(new Basket());
    basket.items.add(added.item()); // changes a copy
    baskets.set(basket); // changes the state
  }
  // end::mutable[]
}
