/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Writes and reads topics of one partition, as another application does. */
final class RecordClient implements AutoCloseable {

  private final Map<String, Object> settings;
  private final KafkaProducer<String, String> producer;

  RecordClient(String bootstrapServers) {
    settings = Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed");
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new StringSerializer(),
            new StringSerializer());
  }

  void create(String topic) {
    try (Admin admin = Admin.create(Map.copyOf(settings))) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  void send(ProducerRecord<String, String> one, String header, @Nullable String value) {
    if (value != null) {
      one.headers().add(header, value.getBytes(StandardCharsets.UTF_8));
    }
    try {
      producer.send(one).get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  List<ConsumerRecord<String, String>> read(String topic) {
    List<ConsumerRecord<String, String>> all = new ArrayList<>();
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(50)).forEach(all::add);
      }
    }
    return all;
  }

  @Override
  public void close() {
    producer.close();
  }
}
