/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the brokers delete messages that were read, once that is committed: the internal topic keeps
 * its records for ever otherwise. Used by one thread, which never waits.
 */
final class ReadMessages {

  private static final Logger log = LoggerFactory.getLogger(ReadMessages.class);

  private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

  private final Admin admin;
  private final String topic;
  private final Map<Integer, Long> deleted = new HashMap<>();
  private long last = System.nanoTime();
  private volatile boolean warned;

  ReadMessages(Admin admin, String topic) {
    this.admin = admin;
    this.topic = topic;
  }

  /** Notes committed positions, before which nothing will be read again. */
  void committed(Map<Integer, Long> positions) {
    long now = System.nanoTime();
    if (now - last < PAUSE_NANOS) {
      return;
    }
    last = now;
    delete(positions);
  }

  /** Deletes what is before some positions. */
  void delete(Map<Integer, Long> positions) {
    Map<TopicPartition, RecordsToDelete> needless = new HashMap<>();
    positions.forEach(
        (partition, position) -> {
          if (position > deleted.getOrDefault(partition, 0L)) {
            deleted.put(partition, position);
            needless.put(
                new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(position));
          }
        });
    if (!needless.isEmpty()) {
      var unused =
          admin.deleteRecords(needless).all().whenComplete((done, failure) -> noteFailure(failure));
    }
  }

  private void noteFailure(@Nullable Throwable failure) {
    if (failure != null && !warned) {
      warned = true;
      log.warn(
          "Messages that were read cannot be deleted from topic '{}', which grows: {}",
          topic,
          failure.toString());
    }
  }
}
