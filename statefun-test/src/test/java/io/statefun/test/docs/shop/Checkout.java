/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.test.docs.shop.Messages.GetOrder;
import io.statefun.test.docs.shop.Messages.OrderPlaced;
import io.statefun.test.docs.shop.Messages.Restock;
import java.util.concurrent.CompletableFuture;
import org.springframework.stereotype.Service;

// tag::template[]
@Service
class Checkout {

  private final StateFunTemplate statefun;

  Checkout(StateFunTemplate statefun) {
    this.statefun = statefun;
  }

  void place(String id, OrderPlaced order) {
    statefun.send("shop/order", id, order).join(); // committed, if it returns
  }

  void placeOnce(String id, OrderPlaced order, String requestId) {
    statefun.withKey(requestId).send("shop/order", id, order).join(); // also if it is done again
  }

  CompletableFuture<Order> find(String id) {
    return statefun.request("shop/order", id, new GetOrder(), Order.class);
  }

  void restock(Restock restock) {
    statefun.ingest(restock).join(); // the router decides where it goes
  }
}
// end::template[]
