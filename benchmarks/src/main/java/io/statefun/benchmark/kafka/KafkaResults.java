/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

import io.statefun.benchmark.ChainLoad;
import io.statefun.benchmark.Latencies;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is committed to a topic, as soon as it is, and checks it: each event once, and the
 * numbers that both steps keep in their states.
 */
final class KafkaResults implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final ChainLoad load;
  private final Latencies latencies = new Latencies();
  private final Thread thread = new Thread(this::run, "results");
  private final BitSet seen = new BitSet();
  private final long[] counts;
  private final long[] sums;
  private volatile KafkaEvents.@Nullable Pace pace;
  private volatile long measuredFrom;
  private volatile long count;
  private volatile long wrong;
  private volatile long transactions;
  private volatile boolean stopped;
  private volatile @Nullable RuntimeException failure;

  KafkaResults(String bootstrapServers, String topic, int partitionCount, ChainLoad load) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
    this.consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.partitions =
        IntStream.range(0, partitionCount)
            .mapToObj(partition -> new TopicPartition(topic, partition))
            .toList();
    this.load = load;
    this.counts = new long[load.keys()];
    this.sums = new long[load.keys()];
    consumer.assign(partitions);
    thread.start();
  }

  /** Measures from an event on how long after they were due events come out. */
  void measure(KafkaEvents.Pace newPace, long from) {
    measuredFrom = from;
    pace = newPace;
  }

  /** How many records there were. */
  long count() {
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
    return count;
  }

  /** How many transactions they were written by: the most that any partition had a part in. */
  long transactions() {
    return transactions;
  }

  Latencies latencies() {
    return latencies;
  }

  private void run() {
    long[] read = new long[partitions.size()];
    try {
      while (!stopped) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        long now = System.nanoTime();
        KafkaEvents.Pace current = pace;
        for (ConsumerRecord<byte[], byte[]> one : records) {
          read[one.partition()]++;
          take(one, current, now);
        }
        records
            .nextOffsets()
            .forEach(
                (partition, next) ->
                    // Each transaction ends with a marker, which takes an offset.
                    transactions =
                        Math.max(transactions, next.offset() - read[partition.partition()]));
        count += records.count();
      }
    } catch (WakeupException e) {
      // It is to end.
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      consumer.close();
    }
  }

  private void take(
      ConsumerRecord<byte[], byte[]> one, KafkaEvents.@Nullable Pace current, long now) {
    Numbers value = new Numbers(one.value());
    long event = value.next();
    long counted = value.next();
    long sum = value.next();
    int second = load.secondIndex(event);
    if (seen.get((int) event) || new Numbers(one.key()).next() != second) {
      wrong++;
    }
    seen.set((int) event);
    counts[load.firstIndex(event)] += counted;
    sums[second] = Math.max(sums[second], sum);
    if (current != null && event >= measuredFrom) {
      latencies.add(current.age(event, now));
    }
  }

  /** Whether these were the results of the events up to a number, and nothing else. */
  boolean isCorrect(long events) {
    long[] expectedCounts = new long[load.keys()];
    long[] expectedSums = new long[load.keys()];
    for (long event = 0; event < events; event++) {
      // The first step has counted 1, 2, 3 and so on.
      int first = load.firstIndex(event);
      expectedCounts[first]++;
      expectedSums[load.secondIndex(event)] += event;
    }
    int wrongCounts = 0;
    int wrongSums = 0;
    for (int key = 0; key < load.keys(); key++) {
      long n = expectedCounts[key];
      wrongCounts += counts[key] == n * (n + 1) / 2 ? 0 : 1;
      wrongSums += sums[key] == expectedSums[key] ? 0 : 1;
    }
    boolean correct =
        count == events
            && seen.cardinality() == events
            && wrong == 0
            && wrongCounts == 0
            && wrongSums == 0;
    System.out.printf(
        "Check: %,d records of %,d events, %,d expected, %,d wrong; of %,d keys %,d counters and"
            + " %,d sums wrong: %s%n",
        count,
        seen.cardinality(),
        events,
        wrong,
        load.keys(),
        wrongCounts,
        wrongSums,
        correct ? "correct" : "WRONG");
    return correct;
  }

  @Override
  public void close() {
    stopped = true;
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reads numbers with spaces between them. */
  private static final class Numbers {

    private final byte[] text;
    private int at;

    Numbers(byte[] text) {
      this.text = text;
    }

    long next() {
      long number = 0;
      while (at < text.length && text[at] != ' ') {
        number = number * 10 + (text[at++] - '0');
      }
      at++;
      return number;
    }
  }
}
