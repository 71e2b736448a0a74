/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.message.TypeName;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * How many records this process has yet to fetch: those of the ingresses, and what other processes
 * have sent. It grows when functions cannot keep up, as partitions of which too much waits are
 * paused.
 */
final class RecordLag {

  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private volatile long inboxes;
  private volatile Map<TypeName, Long> ingresses = Map.of();
  private long next = System.nanoTime();

  /** As counted two seconds ago, or later; 0 if the process owns nothing. */
  long records() {
    return inboxes + ingresses.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Those of one ingress. */
  long ofIngress(TypeName name) {
    return ingresses.getOrDefault(name, 0L);
  }

  /** Those that other processes have sent. */
  long ofInboxes() {
    return inboxes;
  }

  // Called by the thread that polls

  /**
   * Counts, now and then. Of a partition whose end is not known yet nothing is.
   *
   * @param paused partitions whose end has to be asked for, since no fetch tells it
   */
  void count(Consumer<?, ?> consumer, KafkaTurn turn, Set<TopicPartition> paused) {
    long now = System.nanoTime();
    if (now - next < 0) {
      return;
    }
    next = now + INTERVAL_NANOS;
    Map<TopicPartition, Long> ends =
        paused.isEmpty() ? Map.of() : consumer.endOffsets(paused, TIMEOUT);
    Map<TypeName, Long> counted = new HashMap<>();
    for (KafkaSplit split : turn.splits()) {
      counted.merge(split.ingress().name(), lag(consumer, split.partition(), ends), Long::sum);
    }
    ingresses = Map.copyOf(counted);
    inboxes =
        turn.inboxes().stream().mapToLong(inbox -> lag(consumer, inbox.partition(), ends)).sum();
  }

  private static long lag(
      Consumer<?, ?> consumer, TopicPartition partition, Map<TopicPartition, Long> ends) {
    Long end = ends.get(partition);
    return end == null
        ? consumer.currentLag(partition).orElse(0)
        : Math.max(0, end - consumer.position(partition, TIMEOUT));
  }

  /** The process owns nothing any longer. */
  void clear() {
    inboxes = 0;
    ingresses = Map.of();
  }
}
