/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.chaos;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Sends numbered records, 1, 2, 3 and so on for each key. */
public final class Load implements AutoCloseable {

  private static final int TICK_MILLIS = 20;

  private final KafkaProducer<String, String> producer;
  private final String topic;
  private final int keys;
  private final int perTick;
  private final AtomicLong next = new AtomicLong();
  private final Thread thread = new Thread(this::run, "load");
  private volatile boolean stopped;
  private volatile @Nullable Exception failure;

  public Load(String bootstrapServers, String topic, int keys, int perSecond) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", bootstrapServers);
    settings.put("linger.ms", 5);
    // Through restarts of the broker, without a loss or a repetition.
    settings.put("enable.idempotence", true);
    settings.put("delivery.timeout.ms", 300_000);
    settings.put("max.block.ms", 300_000);
    this.producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    this.topic = topic;
    this.keys = keys;
    this.perTick = Math.max(1, perSecond * TICK_MILLIS / 1000);
  }

  public void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!stopped) {
        for (int i = 0; i < perTick; i++) {
          long index = next.getAndIncrement();
          long number = index / keys + 1;
          producer.send(
              new ProducerRecord<>(topic, "k" + index % keys, "{\"number\":" + number + "}"),
              (sent, problem) -> {
                if (problem != null) {
                  failure = problem;
                }
              });
        }
        TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
      }
      producer.flush();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends it, and tells how many records there are, all of them with the broker. */
  public long stop() throws InterruptedException {
    stopped = true;
    thread.join();
    if (failure != null) {
      throw new IllegalStateException("The load itself failed", failure);
    }
    return next.get();
  }

  @Override
  public void close() {
    stopped = true;
    producer.close(java.time.Duration.ZERO);
  }
}
