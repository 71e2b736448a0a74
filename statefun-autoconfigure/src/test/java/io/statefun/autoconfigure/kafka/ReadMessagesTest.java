/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.services.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaAdmin;

class ReadMessagesTest {

  private static final String TOPIC = "app.messages";

  @TempDir Path directory;

  @Test
  void whatWasReadIsDeletedAndWhatWasNotStays() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(directory)) {
      Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
      KafkaClients clients =
          new KafkaClients(
              new DefaultKafkaConsumerFactory<>(settings),
              new DefaultKafkaProducerFactory<>(settings),
              new KafkaAdmin(settings));
      try (Admin admin = clients.admin();
          Producer<byte[], byte[]> producer = clients.producer(Map.of(), Map.of())) {
        admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 1))).all().get();
        for (int i = 0; i < 10; i++) {
          producer.send(new ProducerRecord<>(TOPIC, 0, null, new byte[10])).get();
        }

        new ReadMessages(admin, TOPIC).delete(Map.of(0, 7L, 1, 0L));

        await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(() -> assertThat(first(admin)).isEqualTo(7));
      }
    }
  }

  private static long first(Admin admin) throws Exception {
    TopicPartition partition = new TopicPartition(TOPIC, 0);
    return admin
        .listOffsets(Map.of(partition, OffsetSpec.earliest()))
        .partitionResult(partition)
        .get()
        .offset();
  }
}
