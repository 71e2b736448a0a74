/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Topics as other applications see them, with clients of their own. */
final class Topics implements AutoCloseable {

  private final String bootstrapServers;
  private final KafkaProducer<String, String> producer;

  Topics(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
    Properties settings = new Properties();
    settings.put("bootstrap.servers", bootstrapServers);
    producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }

  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
  }

  void create(String topic, int partitions) {
    try (Admin admin = admin()) {
      admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  void send(String topic, String key, String value) {
    send(new ProducerRecord<>(topic, key, value));
  }

  void send(ProducerRecord<String, String> one) {
    try {
      producer.send(one).get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends a record in a transaction that is given up. */
  void sendAndAbort(String topic, String key, String value) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", bootstrapServers);
    settings.put("transactional.id", "gives-up");
    try (KafkaProducer<String, String> other =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      other.initTransactions();
      other.beginTransaction();
      other.send(new ProducerRecord<>(topic, key, value)).get();
      other.abortTransaction();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  void sendAsync(String topic, String key, String value) {
    var unused = producer.send(new ProducerRecord<>(topic, key, value));
  }

  /** All committed records of a topic, those of each partition in their order. */
  List<ConsumerRecord<String, String>> read(String topic) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", bootstrapServers);
    settings.put("isolation.level", "read_committed");
    settings.put("auto.offset.reset", "earliest");
    List<ConsumerRecord<String, String>> all = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      Predicate<TopicPartition> isThere =
          partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L);
      while (!partitions.stream().allMatch(isThere)) {
        consumer.poll(Duration.ofMillis(50)).forEach(all::add);
      }
    }
    return all;
  }

  List<String> values(String topic) {
    return read(topic).stream().map(ConsumerRecord::value).toList();
  }

  static String header(ConsumerRecord<String, String> one, String name) {
    return new String(one.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    producer.close();
  }
}
