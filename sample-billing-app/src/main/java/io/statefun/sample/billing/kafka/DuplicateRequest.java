/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kafka;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Writes the first payment request a second time, once over all restarts, to see it found. A
 * mistake like this is what the engine does not make.
 */
final class DuplicateRequest implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(DuplicateRequest.class);
  private static final String MARK = "injected";
  private static final Duration POLL = Duration.ofMillis(200);

  private final Clients clients;
  private final String topic;
  private volatile boolean running;

  DuplicateRequest(Clients clients, String topic) {
    this.clients = clients;
    this.topic = topic;
  }

  @Override
  public void start() {
    running = true;
    Thread thread = new Thread(this::run, "billing-duplicate");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (running) {
      try {
        inject();
        return;
      } catch (KafkaException e) {
        log.debug("The duplicate could not be made; it is tried again", e);
      }
    }
  }

  private void inject() {
    // Before anything is read: what an earlier process has under way is there or never will be.
    try (Producer<String, String> producer = clients.producer("billing-duplicate");
        Consumer<String, String> consumer = clients.consumer("billing-duplicate")) {
      producer.initTransactions();
      ConsumerRecord<String, String> first = findFirst(consumer);
      if (first != null) {
        ProducerRecord<String, String> second =
            new ProducerRecord<>(topic, first.key(), first.value());
        second.headers().add(MARK, new byte[0]);
        producer.beginTransaction();
        var unused = producer.send(second);
        producer.commitTransaction();
      }
    }
  }

  /** A request, when there is one; null if one was doubled already. */
  private @Nullable ConsumerRecord<String, String> findFirst(Consumer<String, String> consumer) {
    List<TopicPartition> partitions = Clients.partitions(consumer, topic);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    ConsumerRecord<String, String> first = null;
    while (running) {
      var batch = consumer.poll(POLL);
      for (ConsumerRecord<String, String> one : batch) {
        if (one.headers().lastHeader(MARK) != null) {
          return null;
        }
        first = first == null ? one : first;
      }
      if (batch.isEmpty() && first != null) {
        return first;
      }
    }
    return null;
  }

  @Override
  public void stop() {
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
