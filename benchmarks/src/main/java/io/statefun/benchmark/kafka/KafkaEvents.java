/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

import io.statefun.benchmark.ChainLoad;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes events to a topic. The value is the event's number, the key that of the first step. */
final class KafkaEvents implements AutoCloseable {

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final ChainLoad load;
  private volatile @Nullable Exception failure;

  KafkaEvents(String bootstrapServers, String topic, ChainLoad load, boolean inBulk) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, inBulk ? 20 : 0);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, inBulk ? 256 * 1024 : 16 * 1024);
    // A broker may not know yet that it leads a new partition. With more requests under way the
    // first ones would then be behind the others, and be refused for their order.
    settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    this.topic = topic;
    this.load = load;
  }

  /** Writes the events from one number to before another as fast as the broker takes them. */
  void preload(long from, long to) {
    for (long event = from; event < to; event++) {
      send(event);
    }
    finish();
  }

  /** Writes events each when it is due, however long others took. */
  void pace(Pace pace, long to) {
    for (long event = pace.from(); event < to; event++) {
      for (long wait = -pace.age(event, System.nanoTime());
          wait > 0;
          wait = -pace.age(event, System.nanoTime())) {
        LockSupport.parkNanos(wait);
      }
      send(event);
    }
    finish();
  }

  private void send(long event) {
    producer.send(
        new ProducerRecord<>(topic, bytes(load.firstKey(event)), bytes(Long.toString(event))),
        (sent, problem) -> {
          if (problem != null) {
            failure = problem;
          }
        });
  }

  private void finish() {
    producer.flush();
    if (failure != null) {
      throw new IllegalStateException("The load itself failed", failure);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    producer.close();
  }

  /**
   * When events are due.
   *
   * @param from the first one
   * @param begun when that is due
   * @param rate how many are in a second
   */
  record Pace(long from, long begun, long rate) {

    /** How long ago, in nanoseconds, an event was due; negative if it is due later. */
    long age(long event, long now) {
      return now - begun - (long) ((event - from) * (1e9 / rate));
    }
  }
}
