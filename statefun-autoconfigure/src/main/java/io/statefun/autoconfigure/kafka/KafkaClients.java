/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;

/** Makes clients with the application's own settings, to which they add what the engine needs. */
final class KafkaClients {

  private final Map<String, Object> consumerSettings;
  private final Map<String, Object> producerSettings;
  private final Map<String, Object> adminSettings;

  KafkaClients(ConsumerFactory<?, ?> consumers, ProducerFactory<?, ?> producers, KafkaAdmin admin) {
    this.consumerSettings = consumers.getConfigurationProperties();
    this.producerSettings = producers.getConfigurationProperties();
    this.adminSettings = admin.getConfigurationProperties();
  }

  /**
   * Makes a consumer.
   *
   * @param defaults what holds unless the application says something else
   * @param required what holds in any case
   */
  Consumer<byte[], byte[]> consumer(Map<String, Object> defaults, Map<String, Object> required) {
    return new DefaultKafkaConsumerFactory<>(
            merge(defaults, consumerSettings, required),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())
        .createConsumer();
  }

  /**
   * Makes a producer.
   *
   * @param defaults what holds unless the application says something else
   * @param required what holds in any case
   */
  Producer<byte[], byte[]> producer(Map<String, Object> defaults, Map<String, Object> required) {
    // Not by the factory, which keeps transactional producers for other uses.
    return new KafkaProducer<>(
        merge(defaults, producerSettings, required),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /** What holds for producers. */
  Map<String, Object> producerSettings() {
    return producerSettings;
  }

  Admin admin() {
    return Admin.create(adminSettings);
  }

  private static Map<String, Object> merge(
      Map<String, Object> defaults, Map<String, Object> settings, Map<String, Object> required) {
    Map<String, Object> merged = new HashMap<>(defaults);
    merged.putAll(settings);
    merged.putAll(required);
    return merged;
  }
}
