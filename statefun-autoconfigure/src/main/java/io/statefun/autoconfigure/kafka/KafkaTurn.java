/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.cluster.MessageLog;
import io.statefun.cluster.TransactionLog;
import io.statefun.io.Ingress;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The time for which this process owns partitions, which come and leave meanwhile, with what it
 * reads in that time: the records that the consumer brings later are those of another one. What the
 * group knows of the process is kept up while it lasts, and not afterwards: so what is committed
 * under a turn that is over is refused, whatever the process owns then.
 */
final class KafkaTurn implements MessageLog.Turn {

  private static final long WAIT_SECONDS = 300;
  private static final long REBALANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final List<KafkaIngress> ingresses;
  private final Function<KafkaTurn, TransactionLog> transactions;
  private final Map<TopicPartition, KafkaSplit> splits = new HashMap<>();
  private final Map<Integer, KafkaInbox> inboxes = new HashMap<>();

  /** Whether it is known where to begin with all partitions that are assigned. */
  private boolean placed;

  private volatile ConsumerGroupMetadata group;
  private volatile boolean over;

  /**
   * @param transactions begins the transactions of this turn
   */
  KafkaTurn(
      ConsumerGroupMetadata group,
      List<KafkaIngress> ingresses,
      Function<KafkaTurn, TransactionLog> transactions) {
    this.group = group;
    this.ingresses = ingresses;
    this.transactions = transactions;
  }

  ConsumerGroupMetadata group() {
    return group;
  }

  /**
   * Waits until the group has another generation than one that was refused, or the turn is over. No
   * longer than a moment: the group may yet fall back.
   */
  synchronized void awaitGenerationAfter(ConsumerGroupMetadata refused) throws IOException {
    long deadline = System.nanoTime() + REBALANCE_NANOS;
    try {
      for (long left = REBALANCE_NANOS;
          left > 0 && !over && group.generationId() == refused.generationId();
          left = deadline - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      throw Interruptions.of(e);
    }
  }

  /** The node of a turn that is over is about to be ended, and can only wait for that. */
  void check() throws IOException {
    if (over) {
      throw new IOException("This process does not own the partitions any more");
    }
  }

  // Called by the thread that polls

  void update(ConsumerGroupMetadata newGroup) {
    if (!over && newGroup.generationId() != group.generationId()) {
      takeOver(newGroup);
    }
  }

  private synchronized void takeOver(ConsumerGroupMetadata newGroup) {
    group = newGroup;
    notifyAll();
  }

  synchronized void end() {
    over = true;
    notifyAll();
  }

  synchronized void add(KafkaSplit split) {
    splits.put(split.partition(), split);
  }

  synchronized void add(KafkaInbox inbox) {
    inboxes.put(inbox.partition().partition(), inbox);
  }

  synchronized void remove(TopicPartition partition) {
    splits.remove(partition);
  }

  synchronized void removeInbox(int partition) {
    inboxes.remove(partition);
  }

  synchronized List<KafkaInbox> inboxes() {
    return List.copyOf(inboxes.values());
  }

  synchronized List<KafkaSplit> splits() {
    return List.copyOf(splits.values());
  }

  /** Partitions have come of which it is not known where they begin. */
  synchronized void unplace() {
    placed = false;
  }

  /** It is known where all partitions begin. */
  synchronized void place() {
    placed = true;
    notifyAll();
  }

  // Called by others

  @Override
  public Collection<Ingress> ingresses() {
    return ingresses.stream().map(ingress -> ingress.during(this)).toList();
  }

  @Override
  public TransactionLog transactions() {
    return transactions.apply(this);
  }

  /** The splits of an ingress, once they know where they begin. */
  List<KafkaSplit> splitsOf(KafkaIngress ingress) {
    awaitPlaces();
    return splits().stream().filter(split -> split.ingress() == ingress).toList();
  }

  @Override
  public KafkaInbox inbox(int partition) {
    awaitPlaces();
    synchronized (this) {
      KafkaInbox found = inboxes.get(partition);
      if (found == null) {
        throw new IllegalStateException("Partition " + partition + " is lost");
      }
      return found;
    }
  }

  private synchronized void awaitPlaces() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    try {
      while (!placed && !over) {
        long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (millis <= 0) {
          throw new IllegalStateException("The committed offsets cannot be read in time");
        }
        wait(millis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
    if (over) {
      throw new IllegalStateException("The partitions are lost");
    }
  }
}
