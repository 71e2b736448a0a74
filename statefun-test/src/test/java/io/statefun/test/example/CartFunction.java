/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.example;

import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A shopping cart, which reminds of itself when it was left alone for a day. */
@StatefulFunction("shop/cart")
class CartFunction {

  record ItemAdded(String item) {}

  record CheckedOut() {}

  record LeftAlone() {}

  record Order(String customer, List<String> items) {}

  record ReminderMail(String customer, long items) {}

  @MessageHandler
  void on(ItemAdded added, @State("items") ListState<String> items, Context context) {
    items.add(added.item());
    context.reminders().after("left-alone", Duration.ofDays(1), new LeftAlone());
  }

  @MessageHandler
  void on(CheckedOut checkedOut, @State("items") ListState<String> items, Context context) {
    List<String> ordered = new ArrayList<>();
    items.forEach(ordered::add);
    String customer = context.self().id();
    context.send("shop/warehouse", "main", new Order(customer, ordered));
    context.reminders().cancel("left-alone");
    items.clear();
  }

  @MessageHandler
  void on(LeftAlone leftAlone, @State("items") ListState<String> items, Context context) {
    context.egress("shop/mails", new ReminderMail(context.self().id(), items.size()));
  }
}
