/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

import io.statefun.benchmark.failover.FailoverApplication;
import io.statefun.message.Address;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Sends numbered events, each to an instance, and takes what comes out of them: which node has
 * handled which event, and when that was committed. First one to each instance, as fast as they are
 * taken; then events at a rate, each when it is due.
 *
 * <p>Each event is read by the partition of its instance, and what comes out of that goes to a
 * partition of the results' topic that no other partition writes to. So nothing waits for a node
 * that is gone but what that node had.
 */
final class FailoverProbe implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(10);

  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String topic;
  private final int partitions;
  private final Instance[] instances;
  private final int rate;
  private final Thread reader = new Thread(this::read, "results");
  private final Thread sender = new Thread(this::pace, "events");
  private final List<Arrival> arrivals = new ArrayList<>();
  private final BitSet seen = new BitSet();
  private final long[] counts;
  private long repeated;
  private volatile long sent;
  private volatile long begun;
  private volatile boolean stopped;
  private volatile boolean closed;
  private volatile @Nullable Exception failure;

  FailoverProbe(
      String bootstrapServers,
      String eventsTopic,
      String resultsTopic,
      int partitions,
      int instanceCount,
      int rate) {
    this.topic = eventsTopic;
    this.partitions = partitions;
    this.rate = rate;
    this.counts = new long[instanceCount];
    this.instances = new Instance[instanceCount];
    for (int i = 0; i < instanceCount; i++) {
      instances[i] = instance(i, partitions);
    }
    this.producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                1),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    Map<String, Object> settings = new HashMap<>();
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    this.consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.assign(
        IntStream.range(0, partitions)
            .mapToObj(number -> new TopicPartition(resultsTopic, number))
            .toList());
    reader.start();
  }

  /**
   * An event that has come out.
   *
   * @param due when it was due, in nanoseconds of this machine
   * @param at when it came
   */
  record Arrival(long event, int partition, String node, long due, long at) {

    double latencyMillis() {
      return (at - due) / 1e6;
    }
  }

  /** Sends an event to each instance. */
  void fill() {
    for (long event = 0; event < instances.length; event++) {
      send(event);
    }
    producer.flush();
    sent = instances.length;
  }

  /** Begins to send events at the rate, until {@link #stop}. */
  void begin() {
    begun = System.nanoTime();
    sender.start();
  }

  /** Sends no more. */
  void stop() throws InterruptedException {
    stopped = true;
    sender.join();
    producer.flush();
  }

  private void pace() {
    for (long event = instances.length; !stopped; event++) {
      long wait = due(event) - System.nanoTime();
      if (wait > 0) {
        LockSupport.parkNanos(wait);
      }
      send(event);
      sent = event + 1;
    }
  }

  private long due(long event) {
    return begun + (event - instances.length) * (1_000_000_000L / rate);
  }

  private void send(long event) {
    Instance target = instances[instance(event)];
    byte[] value = Long.toString(event).getBytes(StandardCharsets.ISO_8859_1);
    // The partition of the topic that the partition of the instance reads.
    int from = Math.floorMod(target.partition() - topic.hashCode(), partitions);
    producer.send(
        new ProducerRecord<>(topic, from, target.key(), value),
        (done, problem) -> {
          if (problem != null) {
            failure = problem;
          }
        });
  }

  /** The first events are for one instance each, the others for any of them. */
  private int instance(long event) {
    return (int)
        (event < instances.length
            ? event
            : Math.floorMod(event * 0x9E3779B97F4A7C15L, instances.length));
  }

  /** Takes the first id whose records go to the partition with the instance's own number. */
  private static Instance instance(int number, int partitions) {
    for (int attempt = 0; ; attempt++) {
      String id = number + "-" + attempt;
      byte[] key = id.getBytes(StandardCharsets.ISO_8859_1);
      int partition = Address.of(FailoverApplication.FUNCTION, id).partition(partitions);
      if (Utils.toPositive(Utils.murmur2(key)) % partitions == partition) {
        return new Instance(key, partition);
      }
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
  private record Instance(byte[] key, int partition) {}

  private void read() {
    try {
      while (!closed) {
        for (ConsumerRecord<byte[], byte[]> one : consumer.poll(POLL)) {
          take(new String(one.value(), StandardCharsets.ISO_8859_1), System.nanoTime());
        }
      }
    } catch (WakeupException e) {
      // It is to end.
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      consumer.close();
    }
  }

  private synchronized void take(String text, long now) {
    String[] fields = text.split(" ", -1);
    long event = Long.parseLong(fields[0]);
    if (seen.get((int) event)) {
      repeated++;
    }
    seen.set((int) event);
    counts[instance(event)] += Long.parseLong(fields[2]);
    if (event >= instances.length) {
      int partition = instances[instance(event)].partition();
      arrivals.add(new Arrival(event, partition, fields[1], due(event), now));
    }
  }

  /** How many events have come out. */
  synchronized long count() {
    Exception failed = failure;
    if (failed != null) {
      throw new IllegalStateException("The load itself failed", failed);
    }
    return seen.cardinality();
  }

  /** How many events there are. */
  long sent() {
    return sent;
  }

  /** What has come out since events are sent at a rate. */
  synchronized List<Arrival> arrivals() {
    return List.copyOf(arrivals);
  }

  /** Whether each event has come out once, and each instance has counted those that it got. */
  synchronized boolean isCorrect() {
    long[] expected = new long[instances.length];
    long[] number = new long[instances.length];
    for (long event = 0; event < sent; event++) {
      expected[instance(event)] += ++number[instance(event)];
    }
    int wrong = 0;
    for (int i = 0; i < instances.length; i++) {
      wrong += counts[i] == expected[i] ? 0 : 1;
    }
    System.out.printf(
        "Check: %,d of %,d events, %,d repeated, %,d of %,d instances wrong%n",
        seen.cardinality(), sent, repeated, wrong, instances.length);
    return repeated == 0 && wrong == 0 && seen.cardinality() == sent;
  }

  @Override
  public void close() {
    stopped = true;
    closed = true;
    consumer.wakeup();
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close(Duration.ZERO);
  }
}
