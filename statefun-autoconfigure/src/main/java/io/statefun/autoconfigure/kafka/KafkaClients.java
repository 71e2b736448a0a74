/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;

/**
 * Makes clients with the application's own settings, to which they add what the engine needs. The
 * listeners of the application's factories hear of them, as Spring Boot's metrics of clients do.
 */
final class KafkaClients {

  static final long RETRY_BACKOFF = 10;
  static final long LONGEST_RETRY_BACKOFF = 200;

  private static final String NAME = "statefun";

  private final Map<String, Object> consumerSettings;
  private final Map<String, Object> producerSettings;
  private final Map<String, Object> adminSettings;
  private final List<ConsumerFactory.Listener<byte[], byte[]>> consumerListeners;
  private final List<ProducerFactory.Listener<byte[], byte[]>> producerListeners;

  KafkaClients(ConsumerFactory<?, ?> consumers, ProducerFactory<?, ?> producers, KafkaAdmin admin) {
    this.consumerSettings = consumers.getConfigurationProperties();
    this.producerSettings = producers.getConfigurationProperties();
    this.adminSettings = admin.getConfigurationProperties();
    this.consumerListeners = ofAnyType(consumers.getListeners());
    this.producerListeners = ofAnyType(producers.getListeners());
  }

  /** Listeners of clients look at their metrics, not at their records. */
  @SuppressWarnings("unchecked")
  private static <T> List<T> ofAnyType(List<?> listeners) {
    return (List<T>) List.copyOf(listeners);
  }

  /**
   * Makes a consumer.
   *
   * @param defaults what holds unless the application says something else
   * @param required what holds in any case
   */
  Consumer<byte[], byte[]> consumer(Map<String, Object> defaults, Map<String, Object> required) {
    DefaultKafkaConsumerFactory<byte[], byte[]> factory =
        new DefaultKafkaConsumerFactory<>(
            merge(defaults, consumerSettings, required),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    factory.setBeanName(NAME);
    consumerListeners.forEach(factory::addListener);
    return factory.createConsumer();
  }

  /**
   * Makes a producer.
   *
   * @param defaults what holds unless the application says something else
   * @param required what holds in any case
   */
  Producer<byte[], byte[]> producer(Map<String, Object> defaults, Map<String, Object> required) {
    return new ListenedProducer(merge(defaults, producerSettings, required), producerListeners);
  }

  /** What holds for producers. */
  Map<String, Object> producerSettings() {
    return producerSettings;
  }

  /** Makes an admin that asks again soon: what it waits for mostly takes a few milliseconds. */
  Admin admin() {
    Map<String, Object> defaults =
        Map.of(
            AdminClientConfig.RETRY_BACKOFF_MS_CONFIG, RETRY_BACKOFF,
            AdminClientConfig.RETRY_BACKOFF_MAX_MS_CONFIG, LONGEST_RETRY_BACKOFF);
    return Admin.create(merge(defaults, adminSettings, Map.of()));
  }

  private static Map<String, Object> merge(
      Map<String, Object> defaults, Map<String, Object> settings, Map<String, Object> required) {
    Map<String, Object> merged = new HashMap<>(defaults);
    merged.putAll(settings);
    merged.putAll(required);
    return merged;
  }

  /** Not made by the factory, which keeps transactional producers for other uses. */
  private static final class ListenedProducer extends KafkaProducer<byte[], byte[]> {

    private final List<ProducerFactory.Listener<byte[], byte[]>> listeners;
    private final String id;
    private final AtomicBoolean closed = new AtomicBoolean();

    ListenedProducer(
        Map<String, Object> settings, List<ProducerFactory.Listener<byte[], byte[]>> listeners) {
      super(settings, new ByteArraySerializer(), new ByteArraySerializer());
      this.listeners = listeners;
      this.id = NAME + "." + clientId();
      listeners.forEach(listener -> listener.producerAdded(id, this));
    }

    private String clientId() {
      return metrics().keySet().stream()
          .map(metric -> metric.tags().get("client-id"))
          .filter(Objects::nonNull)
          .findFirst()
          .orElse("producer");
    }

    @Override
    public void close(Duration timeout) {
      super.close(timeout);
      if (closed.compareAndSet(false, true)) {
        listeners.forEach(listener -> listener.producerRemoved(id, this));
      }
    }
  }
}
