/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.autoconfigure.Router;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.test.docs.shop.Messages.Delivered;
import io.statefun.test.docs.shop.Messages.Restock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where the shop meets the rest of the world. Apart from the main class, for tests of a slice. */
@Configuration(proxyBeanMethods = false)
class ShopConfiguration {

  // tag::router[]
  @Bean
  Router<Restock> restocks() {
    return (restock, routes) ->
        restock
            .pieces()
            .forEach((item, pieces) -> routes.send("shop/stock", item, new Delivered(pieces)));
  }

  // end::router[]

  // tag::type-bean[]
  @Bean
  MessageType<Isbn> isbnType() {
    return new IsbnType();
  }

  // end::type-bean[]

  @Bean
  LinesIngress orders(@Value("${shop.orders}") Path file, MessageTypes types) throws IOException {
    return new LinesIngress(file, types);
  }

  @Bean
  ReceiptFolder receipts(@Value("${shop.receipts}") Path folder) {
    return new ReceiptFolder(folder);
  }

  @Bean
  PaymentGateway gateway() {
    return (payment, cents) -> CompletableFuture.completedFuture("paid " + payment);
  }
}
