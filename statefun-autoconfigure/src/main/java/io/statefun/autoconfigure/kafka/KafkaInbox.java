/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.cluster.Inbox;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The inbox of a partition, which is the partition of the internal topic with its number. A worker
 * reads from it what the thread that polls has brought.
 */
final class KafkaInbox implements Inbox, Source {

  private static final long FULL_BYTES = 512 * 1024;
  private static final long RECORD_OVERHEAD = 100;

  private final TopicPartition partition;
  private final Queue<ConsumerRecord<byte[], byte[]>> records = new ConcurrentLinkedQueue<>();
  private final AtomicLong waitingBytes = new AtomicLong();
  private volatile Runnable wakeUp = () -> {};

  /** Up to where everything was brought, as far as there was anything. */
  private volatile long brought;

  private long position;

  /**
   * @param position the committed one
   */
  KafkaInbox(TopicPartition partition, long position) {
    this.partition = partition;
    this.position = position;
  }

  // Called by the thread that polls

  @Override
  public TopicPartition partition() {
    return partition;
  }

  @Override
  public void add(List<ConsumerRecord<byte[], byte[]>> more, long end) {
    for (ConsumerRecord<byte[], byte[]> one : more) {
      waitingBytes.addAndGet(size(one));
      records.add(one);
    }
    passed(end);
  }

  /** Notes that there is nothing between what was brought and a position. */
  void passed(long end) {
    if (end > brought) {
      brought = end;
      wakeUp.run();
    }
  }

  @Override
  public boolean isFull() {
    return waitingBytes.get() > FULL_BYTES;
  }

  @Override
  public boolean hasRoom() {
    return waitingBytes.get() < FULL_BYTES / 2;
  }

  private static long size(ConsumerRecord<byte[], byte[]> one) {
    return RECORD_OVERHEAD + Math.max(0, one.serializedValueSize());
  }

  // Called by the worker

  @Override
  public void open(Runnable newWakeUp) {
    wakeUp = newWakeUp;
  }

  @Override
  public byte @Nullable [] poll() {
    ConsumerRecord<byte[], byte[]> next = records.poll();
    if (next == null) {
      return null;
    }
    waitingBytes.addAndGet(-size(next));
    position = next.offset() + 1;
    return next.value();
  }

  @Override
  public long position() {
    // In this order: what was brought by then is in the queue, or read.
    long end = brought;
    if (records.isEmpty()) {
      position = Math.max(position, end);
    }
    return position;
  }
}
