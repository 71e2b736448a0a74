/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** Writes messages to the internal topic that are part of no epoch. Used by any thread. */
final class KafkaPoster {

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final Producer<byte[], byte[]> producer;
  private final String internalTopic;
  private final int largestMessage;

  KafkaPoster(KafkaClients clients, String internalTopic, int largestMessage) {
    this.internalTopic = internalTopic;
    this.largestMessage = largestMessage;
    this.producer =
        clients.producer(
            Map.of(ProducerConfig.LINGER_MS_CONFIG, 0),
            Map.of(
                ProducerConfig.ACKS_CONFIG, "all", ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true));
  }

  CompletableFuture<Void> post(int partition, byte[] message) {
    CompletableFuture<Void> posted = new CompletableFuture<>();
    if (message.length > largestMessage) {
      posted.completeExceptionally(
          new RecordTooLargeException(
              "The message takes "
                  + message.length
                  + " bytes, and to another process at most "
                  + largestMessage
                  + " can be sent"));
      return posted;
    }
    producer.send(
        new ProducerRecord<>(internalTopic, partition, null, message),
        (metadata, failure) -> {
          if (failure == null) {
            posted.complete(null);
          } else {
            posted.completeExceptionally(failure);
          }
        });
    return posted;
  }

  void close() {
    producer.close(CLOSE_TIMEOUT);
  }
}
