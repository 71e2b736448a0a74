/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/** Finds out where to begin: at the committed offset, or where the ingress is configured to. */
final class StartPositions {

  private final Consumer<byte[], byte[]> consumer;
  private final Duration timeout;

  StartPositions(Consumer<byte[], byte[]> consumer, Duration timeout) {
    this.consumer = consumer;
    this.timeout = timeout;
  }

  /**
   * Asks for committed offsets, when no transaction is open that could change them.
   *
   * @return the offsets; those that are not there have no beginning
   * @throws org.apache.kafka.common.errors.TimeoutException if it takes too long
   */
  Map<TopicPartition, Long> find(
      Collection<TopicPartition> partitions, Function<String, KafkaIngress> ingresses) {
    Map<TopicPartition, OffsetAndMetadata> committed =
        consumer.committed(new HashSet<>(partitions), timeout);
    Map<TopicPartition, Long> found = new HashMap<>();
    Set<TopicPartition> fresh = new HashSet<>();
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata known = committed.get(partition);
      if (known == null) {
        fresh.add(partition);
      } else {
        found.put(partition, known.offset());
      }
    }
    fresh.forEach(
        partition -> begin(partition, ingresses.apply(partition.topic()).settings(), found));
    return found;
  }

  private void begin(
      TopicPartition partition,
      StateFunKafkaProperties.Ingress settings,
      Map<TopicPartition, Long> found) {
    Long specific = settings.startOffsets().get(partition.toString());
    Instant time = settings.startTime();
    if (specific != null) {
      found.put(partition, specific);
    } else if (hasSiblings(partition)) {
      // It was added to a topic that is read already: nothing of it may be passed over.
      found.put(partition, beginning(partition));
    } else if (time != null) {
      OffsetAndTimestamp first =
          consumer.offsetsForTimes(Map.of(partition, time.toEpochMilli()), timeout).get(partition);
      found.put(partition, first == null ? end(partition) : first.offset());
    } else {
      switch (settings.start()) {
        case EARLIEST -> found.put(partition, beginning(partition));
        case LATEST -> found.put(partition, end(partition));
        case NONE -> {
          // It has no beginning.
        }
      }
    }
  }

  /** Whether offsets of other partitions of the topic are committed. */
  private boolean hasSiblings(TopicPartition partition) {
    Set<TopicPartition> siblings = new HashSet<>();
    consumer
        .partitionsFor(partition.topic(), timeout)
        .forEach(info -> siblings.add(new TopicPartition(info.topic(), info.partition())));
    siblings.remove(partition);
    return !siblings.isEmpty()
        && consumer.committed(siblings, timeout).values().stream()
            .anyMatch(offset -> offset != null);
  }

  private long beginning(TopicPartition partition) {
    return consumer.beginningOffsets(Set.of(partition), timeout).getOrDefault(partition, 0L);
  }

  private long end(TopicPartition partition) {
    return consumer.endOffsets(Set.of(partition), timeout).getOrDefault(partition, 0L);
  }
}
