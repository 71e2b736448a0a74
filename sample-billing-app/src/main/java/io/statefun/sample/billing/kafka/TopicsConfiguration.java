/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kafka;

import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaAdmin.NewTopics;

/** Makes the topics, in whichever process comes first. */
@Configuration(proxyBeanMethods = false)
@Profile("kafka")
@EnableConfigurationProperties(TopicProperties.class)
class TopicsConfiguration {

  @Bean
  NewTopics billingTopics(TopicProperties topics) {
    return new NewTopics(
        topic(topics.userChanges(), topics.partitions()),
        topic(topics.paymentRequests(), topics.partitions()),
        topic(topics.providerAnswers(), topics.partitions()));
  }

  private static NewTopic topic(String name, int partitions) {
    return TopicBuilder.name(name).partitions(partitions).build();
  }
}
