/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;

/**
 * Two producers that are used in turn. After a transaction is committed, its markers are written to
 * all partitions that took part, and until then its producer can begin no other one. Meanwhile the
 * other producer can.
 */
final class TransactionalProducers {

  private static final int MAX_BLOCK_MILLIS = 15_000;

  /** The records of an epoch come all at once, so that larger batches cost no time. */
  private static final int BATCH_BYTES = 128 * 1024;

  private final KafkaClients clients;
  private final GroupSettings settings;
  private volatile List<Producer<byte[], byte[]>> producers = List.of();
  private volatile boolean closed;
  private int turn;

  TransactionalProducers(KafkaClients clients, GroupSettings settings) {
    this.clients = clients;
    this.settings = settings;
  }

  /** The transactional ids of the producers of a process. */
  static List<String> ids(String process) {
    return List.of(process + "-0", process + "-1");
  }

  /**
   * The producer of the next transaction.
   *
   * @throws IOException if there is none at the moment
   */
  Producer<byte[], byte[]> next() throws IOException {
    if (producers.isEmpty()) {
      reset();
    }
    List<Producer<byte[], byte[]>> open = producers;
    if (open.isEmpty()) {
      throw new IOException("The transactions are closed");
    }
    turn++;
    return open.get(turn % open.size());
  }

  /**
   * Makes the producers anew, by which transactions that are open end.
   *
   * @throws IOException if that is not certain
   */
  void reset() throws IOException {
    drop();
    List<Producer<byte[], byte[]>> fresh = new ArrayList<>();
    try {
      for (String id : ids(settings.transactionalId())) {
        requireOpen();
        Producer<byte[], byte[]> producer = clients.producer(defaults(), required(id));
        fresh.add(producer);
        producers = List.copyOf(fresh);
        producer.initTransactions();
      }
      requireOpen();
    } catch (KafkaException | IllegalStateException e) {
      fresh.forEach(producer -> producer.close(Duration.ZERO));
      producers = List.of();
      throw new IOException("A producer cannot begin: " + e, e);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The transactions are closed");
    }
  }

  private static Map<String, Object> defaults() {
    Map<String, Object> defaults = new HashMap<>();
    // A transaction is refused while the markers of the one before are written: ask again soon.
    defaults.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 5);
    defaults.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 20);
    defaults.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    defaults.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    defaults.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MILLIS);
    return defaults;
  }

  private Map<String, Object> required(String transactionalId) {
    Map<String, Object> required = new HashMap<>();
    required.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    required.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    required.put(ProducerConfig.ACKS_CONFIG, "all");
    required.put(
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) settings.transactionTimeout().toMillis());
    return required;
  }

  boolean isClosed() {
    return closed;
  }

  /** Has whoever waits for a producer wait no longer. May be called by any thread. */
  void close() {
    closed = true;
    drop();
  }

  private void drop() {
    List<Producer<byte[], byte[]>> old = producers;
    producers = List.of();
    old.forEach(producer -> producer.close(Duration.ZERO));
  }
}
