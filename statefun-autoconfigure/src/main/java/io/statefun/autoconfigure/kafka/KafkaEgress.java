/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.io.Egress;
import io.statefun.io.RefusedRecordsException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.admin.Admin;
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

  private @Nullable Connection connection;

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
    List<ProducerRecord<byte[], byte[]>> records = batch.stream().map(writer::write).toList();
    Connection open = connection();
    Map<Integer, Throwable> refused;
    try {
      refused = open.checks().refused(open.producer(), records);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
    Map<Integer, Throwable> failures = new ConcurrentHashMap<>(refused);
    List<CompletableFuture<Void>> sent = new ArrayList<>();
    for (int i = 0; i < records.size(); i++) {
      if (!refused.containsKey(i)) {
        sent.add(send(open.producer(), records.get(i), i, failures));
      }
    }
    return CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new))
        .thenCompose(done -> outcome(failures, refused, records));
  }

  private static CompletableFuture<Void> send(
      Producer<byte[], byte[]> open,
      ProducerRecord<byte[], byte[]> one,
      int index,
      Map<Integer, Throwable> failures) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    open.send(
        one,
        (metadata, failure) -> {
          if (failure != null) {
            failures.put(index, failure);
          }
          ended.complete(null);
        });
    return ended;
  }

  /**
   * @param failures why records were not taken, those that could not be sent included
   * @param unsendable the records that could not be, which is for good
   */
  private CompletableFuture<Void> outcome(
      Map<Integer, Throwable> failures,
      Map<Integer, Throwable> unsendable,
      List<ProducerRecord<byte[], byte[]>> records) {
    if (failures.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    Throwable any = failures.values().iterator().next();
    if (settings.guarantee() == StateFunKafkaProperties.Guarantee.NONE) {
      log.warn(
          "{} records for {} are lost, as: {}", failures.size(), settings.name(), any.toString());
      return CompletableFuture.completedFuture(null);
    }
    Map<Integer, Throwable> refused = Refusals.of(failures, records);
    refused.putAll(unsendable);
    boolean passes = failures.keySet().stream().anyMatch(index -> !refused.containsKey(index));
    boolean stops = settings.refused() == StateFunKafkaProperties.Refused.STOP;
    return CompletableFuture.failedFuture(
        passes || stops ? any : new RefusedRecordsException(refused));
  }

  private synchronized Connection connection() {
    Connection open = connection;
    if (open == null) {
      Map<String, Object> own = new HashMap<>(settings.properties());
      Map<String, Object> all = new HashMap<>(clients.producerSettings());
      all.putAll(own);
      Admin admin = clients.admin();
      RecordChecks checks = new RecordChecks(admin, Refusals.maxRequestSize(all));
      open = new Connection(clients.producer(Map.of(), own), admin, checks);
      connection = open;
    }
    return open;
  }

  @Override
  public synchronized void close() {
    executor.shutdown();
    if (connection != null) {
      connection.close();
    }
  }

  private record Connection(Producer<byte[], byte[]> producer, Admin admin, RecordChecks checks) {

    void close() {
      producer.close(CLOSE_TIMEOUT);
      admin.close(Duration.ZERO);
    }
  }
}
