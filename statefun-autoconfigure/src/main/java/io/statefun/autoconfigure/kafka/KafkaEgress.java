/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.io.Egress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An egress whose records are sent after the commit. */
final class KafkaEgress implements Egress {

  private static final Logger log = LoggerFactory.getLogger(KafkaEgress.class);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final KafkaClients clients;
  private final StateFunKafkaProperties.Egress settings;
  private final RecordWriter writer;

  /** Since a producer may wait in send. */
  private final ExecutorService executor;

  private @Nullable Producer<byte[], byte[]> producer;

  KafkaEgress(KafkaClients clients, StateFunKafkaProperties.Egress settings, RecordWriter writer) {
    this.clients = clients;
    this.settings = settings;
    this.writer = writer;
    this.executor =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "statefun-egress-" + settings.name());
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public CompletionStage<?> deliver(List<Delivery> batch) {
    return CompletableFuture.supplyAsync(() -> send(batch), executor).thenCompose(sent -> sent);
  }

  private CompletableFuture<Void> send(List<Delivery> batch) {
    boolean must = settings.guarantee() != StateFunKafkaProperties.Guarantee.NONE;
    CompletableFuture<?>[] all =
        batch.stream().map(delivery -> send(delivery, must)).toArray(CompletableFuture[]::new);
    return must ? CompletableFuture.allOf(all) : CompletableFuture.completedFuture(null);
  }

  private CompletableFuture<Void> send(Delivery delivery, boolean must) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    ProducerRecord<byte[], byte[]> one = writer.write(delivery);
    producer()
        .send(
            one,
            (metadata, failure) -> {
              if (failure == null) {
                sent.complete(null);
              } else {
                if (!must) {
                  log.warn("A record for {} is lost: {}", settings.name(), failure.toString());
                }
                sent.completeExceptionally(failure);
              }
            });
    return sent;
  }

  private synchronized Producer<byte[], byte[]> producer() {
    Producer<byte[], byte[]> open = producer;
    if (open == null) {
      Map<String, Object> own = new HashMap<>(settings.properties());
      open = clients.producer(Map.of(), own);
      producer = open;
    }
    return open;
  }

  @Override
  public synchronized void close() {
    executor.shutdown();
    if (producer != null) {
      producer.close(CLOSE_TIMEOUT);
    }
  }
}
