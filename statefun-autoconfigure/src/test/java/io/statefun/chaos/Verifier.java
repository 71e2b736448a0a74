/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads what the application has told the topic, with a consumer of its own, and compares it with
 * what must be there. Knows nothing of the engine.
 */
final class Verifier implements AutoCloseable {

  private final KafkaConsumer<String, String> consumer;
  private final Map<String, Progress> gates = new HashMap<>();
  private final Map<String, Progress> accounts = new HashMap<>();
  private final List<String> complaints = new ArrayList<>();
  private long seen;
  private long duplicated;
  private long reordered;
  private long wrong;

  Verifier(String bootstrapServers, String topic, int partitions) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", bootstrapServers);
    settings.put("isolation.level", "read_committed");
    this.consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    List<TopicPartition> all = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      all.add(new TopicPartition(topic, i));
    }
    consumer.assign(all);
    consumer.seekToBeginning(all);
  }

  /**
   * Reads on for a while.
   *
   * @return whether there was anything
   */
  boolean read(Duration time) {
    ConsumerRecords<String, String> records = consumer.poll(time);
    records.forEach(this::take);
    return !records.isEmpty();
  }

  /** How many records it has seen. */
  long seen() {
    return seen;
  }

  private void take(ConsumerRecord<String, String> one) {
    seen++;
    String[] parts = one.value().split(" ");
    long number = Long.parseLong(parts[1]);
    if (parts[0].equals("gate")) {
      Progress gate = gates.computeIfAbsent(one.key(), key -> new Progress());
      if (!gate.numbers.add(number)) {
        duplicated++;
        complain(one, "comes again");
      } else if (number != gate.last + 1) {
        reordered++;
        complain(one, "comes after " + gate.last);
      }
      if (Long.parseLong(parts[2]) != number - 1) {
        wrong++;
        complain(one, "was not counted as the next");
      }
      gate.last = Math.max(gate.last, number);
    } else {
      Progress account = accounts.computeIfAbsent(one.key(), key -> new Progress());
      if (!account.numbers.add(number)) {
        duplicated++;
        complain(one, "comes again");
      }
      account.last++;
      account.sum += number;
      if (Long.parseLong(parts[2]) != account.last || Long.parseLong(parts[3]) != account.sum) {
        wrong++;
        complain(one, "in place of count " + account.last + " and sum " + account.sum);
      }
    }
  }

  private void complain(ConsumerRecord<String, String> one, String what) {
    if (complaints.size() < 20) {
      complaints.add(
          one.key()
              + ": '"
              + one.value()
              + "' at "
              + one.partition()
              + "@"
              + one.offset()
              + " "
              + what);
    }
  }

  /** How many of so many records are not there yet, in either step. */
  long missing(long records, int keys) {
    long missing = 0;
    for (int key = 0; key < keys; key++) {
      long expected = records / keys + (key < records % keys ? 1 : 0);
      missing += expected - numbers(gates, "k" + key).size();
      missing += expected - numbers(accounts, "k" + key).size();
    }
    return missing;
  }

  private static Set<Long> numbers(Map<String, Progress> all, String key) {
    Progress progress = all.get(key);
    return progress == null ? Set.of() : progress.numbers;
  }

  long duplicated() {
    return duplicated;
  }

  long reordered() {
    return reordered;
  }

  /** How many results were not what they must be. */
  long wrong() {
    return wrong;
  }

  /** The first things that were not right. */
  List<String> complaints() {
    return complaints;
  }

  @Override
  public void close() {
    consumer.close();
  }

  private static final class Progress {

    private final Set<Long> numbers = new HashSet<>();
    private long last;
    private long sum;
  }
}
