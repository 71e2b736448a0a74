/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.message.MessageTypeName;

// tag::type-name[]
@MessageTypeName("shop/order-state")
record Order(String customer, String item, Status status) {

  enum Status {
    OPEN,
    CONFIRMED,
    CANCELLED
  }

  Order with(Status newStatus) {
    return new Order(customer, item, newStatus);
  }
}
// end::type-name[]
