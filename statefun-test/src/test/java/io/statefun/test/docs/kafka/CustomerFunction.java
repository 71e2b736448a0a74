/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.kafka;

import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.StatefulFunction;
import io.statefun.message.TypeName;

/** Sends an invoice for each order. */
@StatefulFunction("shop/customer")
class CustomerFunction {

  /** What a customer has to pay. */
  record Invoice(String customer, long cents) {

    static Invoice of(OrderPlaced order) {
      return new Invoice(order.customer(), order.cents());
    }
  }

  // tag::egress[]
  @MessageHandler
  void on(OrderPlaced order, Context context) {
    Invoice invoice = Invoice.of(order);
    context.egress(
        EgressRecord.of(TypeName.of("shop", "invoices"), invoice).withKey(order.customer()));
  }

  // end::egress[]
}
