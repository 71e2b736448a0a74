/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The time for which this process owns the partitions. What the group knows of the process is kept
 * up while it lasts, and not afterwards: so what is committed under a turn that is over is refused,
 * whatever the process owns then.
 */
final class Turn {

  private static final long WAIT_SECONDS = 300;

  private final Map<TopicPartition, KafkaSplit> splits = new HashMap<>();
  private final CompletableFuture<Void> placed = new CompletableFuture<>();
  private volatile ConsumerGroupMetadata group;
  private volatile boolean over;

  Turn(ConsumerGroupMetadata group) {
    this.group = group;
  }

  ConsumerGroupMetadata group() {
    return group;
  }

  /** The node of a turn that is over is about to be ended, and can only wait for that. */
  void check() throws IOException {
    if (over) {
      throw new IOException("This process does not own the partitions any more");
    }
  }

  // Called by the thread that polls

  void update(ConsumerGroupMetadata newGroup) {
    if (!over) {
      group = newGroup;
    }
  }

  void end() {
    over = true;
    placed.completeExceptionally(new IOException("The partitions are lost"));
  }

  synchronized void add(KafkaSplit split) {
    splits.put(split.partition(), split);
  }

  synchronized void remove(TopicPartition partition) {
    splits.remove(partition);
  }

  synchronized List<KafkaSplit> splits() {
    return List.copyOf(splits.values());
  }

  /** The splits that there were from the beginning know where they begin. */
  void place() {
    placed.complete(null);
  }

  // Called by others

  /** The splits of an ingress, once they know where they begin. */
  List<KafkaSplit> splitsOf(KafkaIngress ingress) {
    try {
      placed.get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("The committed offsets cannot be read: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
    return splits().stream().filter(split -> split.ingress() == ingress).toList();
  }
}
