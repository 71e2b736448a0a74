/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.StatefulFunction;
import io.statefun.test.docs.shop.Messages.Dunning;
import io.statefun.test.docs.shop.Messages.InvoicePaid;
import io.statefun.test.docs.shop.Messages.InvoiceSent;
import io.statefun.test.docs.shop.Messages.Overdue;
import java.time.Duration;

// tag::delayed[]
@StatefulFunction("shop/invoice")
class InvoiceFunction {

  private static final CancellationToken OVERDUE = CancellationToken.of("overdue");

  @MessageHandler
  void on(InvoiceSent sent, Context context) {
    context.sendAfter(Duration.ofDays(14), context.self(), new Overdue(), OVERDUE);
  }

  @MessageHandler
  void on(InvoicePaid paid, Context context) {
    context.cancel(OVERDUE);
  }

  @MessageHandler
  void on(Overdue overdue, Context context) {
    context.egress("shop/mails", new Dunning(context.self().id()));
  }
}
// end::delayed[]
