/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.context.annotation.Profile;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.stereotype.Component;

/** Makes clients of Kafka as {@code spring.kafka.*} says, each with what its use requires. */
@Component
@Profile("kafka")
class Clients {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Map<String, Object> consumerSettings;
  private final Map<String, Object> producerSettings;

  Clients(ConsumerFactory<?, ?> consumers, ProducerFactory<?, ?> producers) {
    this.consumerSettings = consumers.getConfigurationProperties();
    this.producerSettings = producers.getConfigurationProperties();
  }

  /** A consumer of committed records whose positions are not Kafka's concern, without any yet. */
  Consumer<String, String> consumer(String groupId) {
    Map<String, Object> settings = new HashMap<>(consumerSettings);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
    return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
  }

  /** All partitions of a topic. */
  static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
  }

  /** A producer whose records count when its transaction is committed. */
  Producer<String, String> producer(String transactionalId) {
    Map<String, Object> settings = new HashMap<>(producerSettings);
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
    // Transactions are short, and wait for each other.
    settings.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.putIfAbsent(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 5);
    settings.putIfAbsent(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 100);
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }
}
