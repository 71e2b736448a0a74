/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kafka;

import io.statefun.autoconfigure.Router;
import io.statefun.sample.billing.changes.ChangeParser;
import io.statefun.sample.billing.user.UserChange;
import io.statefun.sample.billing.user.UserFunction;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/** What the application has of Kafka beside its configuration. */
@Configuration(proxyBeanMethods = false)
@Profile("kafka")
class KafkaConfiguration {

  /** A record that is no change event goes to the dead-letter topic. */
  @Bean
  Router<String> userChangeRouter() {
    ChangeParser parser = new ChangeParser();
    return (text, routes) -> {
      UserChange change = parser.parse(text);
      routes.send(UserFunction.TYPE, change.userId(), change);
    };
  }

  @Bean
  @ConditionalOnProperty("billing.inject-duplicate")
  DuplicateRequest duplicateRequest(Clients clients, TopicProperties topics) {
    return new DuplicateRequest(clients, topics.paymentRequests());
  }
}
