/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.mischief;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads what the functions have told the topic, with a consumer of its own, and compares it with
 * what must be there: each record once in each step, those of a key in their order, and each count
 * and each sum what it must be after the records that the instance has told of before. Knows
 * nothing of the engine.
 */
final class StepVerifier implements AutoCloseable {

  private static final int DELAYED = 10;
  private static final int MAX_COMPLAINTS = 20;

  /** A record that is expected to come nowhere. */
  interface Unanswered {

    boolean is(String key, long number);
  }

  private final KafkaConsumer<String, String> consumer;
  private final Unanswered unanswered;

  /** By step and key: which numbers have come, and the last of them. */
  private final Map<String, Numbers> numbers = new HashMap<>();

  /** By step and instance: how many have come, and their sum. */
  private final Map<String, Tally> tallies = new TreeMap<>();

  private final List<String> complaints = new ArrayList<>();
  private long seen;
  private long duplicated;
  private long reordered;
  private long wrong;

  StepVerifier(String bootstrapServers, String topic, int partitions, Unanswered unanswered) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", bootstrapServers);
    settings.put("isolation.level", "read_committed");
    this.consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    this.unanswered = unanswered;
    List<TopicPartition> all = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      all.add(new TopicPartition(topic, i));
    }
    consumer.assign(all);
    consumer.seekToBeginning(all);
  }

  private static final class Numbers {

    private final Set<Long> all = new HashSet<>();
    private long last;
  }

  private static final class Tally {

    private long count;
    private long sum;
  }

  /** Reads on for a while. */
  void read(Duration time) {
    consumer.poll(time).forEach(this::take);
  }

  private void take(ConsumerRecord<String, String> one) {
    seen++;
    String[] parts = one.value().split(" ");
    String step = parts[0];
    String key = parts[1];
    long number = Long.parseLong(parts[2]);
    Numbers known = numbers.computeIfAbsent(step + ' ' + key, name -> new Numbers());
    if (!known.all.add(number)) {
      duplicated++;
      complain(one, "comes again");
    } else if (number < known.last && !step.equals("late")) {
      reordered++;
      complain(one, "comes after " + known.last);
    }
    if (unanswered.is(key, number)) {
      wrong++;
      complain(one, "cannot have been handled");
    }
    known.last = Math.max(known.last, number);
    Tally tally = tallies.computeIfAbsent(step + ' ' + one.key(), name -> new Tally());
    tally.count++;
    tally.sum += number;
    if (Long.parseLong(parts[3]) != tally.count || Long.parseLong(parts[4]) != tally.sum) {
      wrong++;
      complain(one, "in place of count " + tally.count + " and sum " + tally.sum);
    }
  }

  private void complain(ConsumerRecord<String, String> one, String what) {
    if (complaints.size() < MAX_COMPLAINTS) {
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

  /** How many results of so many records are not there yet, in any step. */
  long missing(long records, int keys) {
    long missing = 0;
    for (int i = 0; i < keys; i++) {
      String key = "k" + i;
      long last = records / keys + (i < records % keys ? 1 : 0);
      for (long number = 1; number <= last; number++) {
        if (!unanswered.is(key, number)) {
          missing += isMissing("first", key, number);
          missing += isMissing("second", key, number);
          missing += isMissing("total", key, number);
          if (number % DELAYED == 0) {
            missing += isMissing("late", key, number);
          }
        }
      }
    }
    return missing;
  }

  private long isMissing(String step, String key, long number) {
    Numbers known = numbers.get(step + ' ' + key);
    return known != null && known.all.contains(number) ? 0 : 1;
  }

  /** How many results it has seen. */
  long seen() {
    return seen;
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
}
