/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint.reference;

import io.statefun.message.MessageTypeName;

/** A record that travels as JSON under a name that other languages know. */
@MessageTypeName("ref/order")
public record Order(String item, int pieces) {

  static Order of(int number) {
    return new Order("item " + number, number);
  }
}
