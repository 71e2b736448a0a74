/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.kafka;

import io.statefun.autoconfigure.Router;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Routes orders by all that their records say. */
@Configuration(proxyBeanMethods = false)
class OrderRouting {

  // tag::router[]
  @Bean
  Router<ConsumerRecord<?, OrderPlaced>> orders() {
    return (order, routes) -> {
      routes.send("shop/customer", order.value().customer(), order.value());
      routes.send("shop/topic-monitor", order.topic(), order.timestamp());
    };
  }

  // end::router[]
}
