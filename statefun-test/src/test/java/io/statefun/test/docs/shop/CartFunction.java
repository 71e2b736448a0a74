/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.test.docs.shop.Messages.ItemAdded;
import io.statefun.test.docs.shop.Messages.LeftAlone;
import io.statefun.test.docs.shop.Messages.ReminderMail;
import java.time.Duration;

// tag::cart[]
@StatefulFunction("shop/cart")
class CartFunction {

  @MessageHandler
  void on(ItemAdded added, @State("items") ListState<String> items, Context context) {
    items.add(added.item());
    context.reminders().after("left-alone", Duration.ofDays(1), new LeftAlone());
  }

  @MessageHandler
  void on(LeftAlone leftAlone, @State("items") ListState<String> items, Context context) {
    context.egress("shop/mails", new ReminderMail(context.self().id(), items.size()));
  }
}
// end::cart[]
