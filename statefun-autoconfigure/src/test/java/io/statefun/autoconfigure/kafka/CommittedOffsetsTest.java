/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.cluster.EpochOutput;
import io.statefun.message.TypeName;
import io.statefun.services.KafkaBroker;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaAdmin;

class CommittedOffsetsTest {

  private static final int PARTITIONS = 3;
  private static final Set<Integer> ALL = Set.of(0, 1, 2);

  @TempDir private static Path directory;
  private static KafkaBroker broker;
  private static KafkaClients clients;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = KafkaBroker.start(directory);
    Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
    clients =
        new KafkaClients(
            new DefaultKafkaConsumerFactory<>(settings),
            new DefaultKafkaProducerFactory<>(settings),
            new KafkaAdmin(settings));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void withoutACommitThereIsNoReference(TestInfo test) throws Exception {
    try (Admin admin = clients.admin()) {
      CommittedOffsets offsets = offsets(settings(test), admin);

      assertThat(offsets.references(ALL)).isEmpty();
    }
  }

  @Test
  void aReferenceIsReadOnceNoTransactionIsOpenThatCouldChangeIt(TestInfo test) throws Exception {
    GroupSettings settings = settings(test);
    try (Admin admin = clients.admin();
        Producer<byte[], byte[]> other = clients.producer(Map.of(), transactional(test));
        Consumer<byte[], byte[]> member =
            clients.consumer(Map.of(), Map.of("group.id", settings.groupId()))) {
      CommittedOffsets offsets = offsets(settings, admin);
      other.initTransactions();
      other.beginTransaction();
      other.sendOffsetsToTransaction(
          offsets.of(named("first"), EpochOutput.NOTHING), member.groupMetadata());
      other.commitTransaction();
      other.beginTransaction();
      other.sendOffsetsToTransaction(
          offsets.of(named("second"), EpochOutput.NOTHING), member.groupMetadata());

      CompletableFuture<Map<Integer, String>> references =
          CompletableFuture.supplyAsync(() -> referencesOf(offsets));
      await().during(Duration.ofMillis(300)).until(() -> !references.isDone());
      other.commitTransaction();

      assertThat(references.get(30, TimeUnit.SECONDS)).isEqualTo(named("second"));
    }
  }

  @Test
  void positionsOfIngressesAreCommittedWithTheReference(TestInfo test) throws Exception {
    GroupSettings settings = settings(test);
    try (Admin admin = clients.admin()) {
      byte[] position = new ByteWriter(10).writeVarLong(42).toByteArray();
      EpochOutput.Position read =
          new EpochOutput.Position(TypeName.parse("shop/orders"), "orders-eu-7", position);

      var committed =
          offsets(settings, admin)
              .of(
                  named("first"),
                  new EpochOutput(List.of(), List.of(), List.of(read), Map.of(0, 42L)));

      assertThat(committed)
          .hasSize(PARTITIONS + 1)
          .hasEntrySatisfying(
              new TopicPartition("orders-eu", 7),
              offset -> assertThat(offset.offset()).isEqualTo(42));
    }
  }

  private static Map<Integer, String> named(String reference) {
    return ALL.stream().collect(Collectors.toMap(Function.identity(), partition -> reference));
  }

  private static Map<Integer, String> referencesOf(CommittedOffsets offsets) {
    try {
      return offsets.references(ALL);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CommittedOffsets offsets(GroupSettings settings, Admin admin) {
    new InternalTopic(clients, settings).ensure(PARTITIONS);
    return new CommittedOffsets(clients, settings, admin);
  }

  private static Map<String, Object> transactional(TestInfo test) {
    return Map.of("transactional.id", test.getDisplayName());
  }

  private static GroupSettings settings(TestInfo test) {
    String name = test.getTestMethod().orElseThrow().getName();
    return new GroupSettings(
        name, name, (short) 1, "me", Duration.ofSeconds(10), Duration.ofSeconds(10), 0);
  }
}
