/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.io.Ingress;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A partition of a topic, from which a worker reads what the thread that polls has brought. */
final class KafkaSplit implements Ingress.Split, Source {

  private static final long FULL_BYTES = 512 * 1024;
  private static final long RECORD_OVERHEAD = 200;
  private static final int FETCHED_TOGETHER = 32;

  private final KafkaIngress ingress;
  private final TopicPartition partition;
  private final Queue<Batch> batches = new ConcurrentLinkedQueue<>();
  private final AtomicLong waitingBytes = new AtomicLong();
  private volatile Runnable wakeUp = () -> {};
  private volatile @Nullable RuntimeException failure;

  private @Nullable Batch current;
  private int index;
  private long position;

  /** Depends on everything that was fetched, so that no compiler leaves it out. */
  private int fetched;

  /**
   * @param position the offset of the first record that is to be read
   */
  KafkaSplit(KafkaIngress ingress, TopicPartition partition, long position) {
    this.ingress = ingress;
    this.partition = partition;
    this.position = position;
  }

  KafkaIngress ingress() {
    return ingress;
  }

  @Override
  public TopicPartition partition() {
    return partition;
  }

  // Called by the thread that polls

  @Override
  public void add(List<ConsumerRecord<byte[], byte[]>> records, long end) {
    long bytes = 0;
    for (ConsumerRecord<byte[], byte[]> one : records) {
      bytes += size(one);
    }
    waitingBytes.addAndGet(bytes);
    batches.add(new Batch(records, end));
    wakeUp.run();
  }

  @Override
  public boolean isFull() {
    return waitingBytes.get() > FULL_BYTES;
  }

  @Override
  public boolean hasRoom() {
    return waitingBytes.get() < FULL_BYTES / 2;
  }

  /** Lets nothing be read until it works again. */
  void fail(RuntimeException cause) {
    failure = cause;
    wakeUp.run();
  }

  private static long size(ConsumerRecord<byte[], byte[]> one) {
    return RECORD_OVERHEAD
        + Math.max(0, one.serializedKeySize())
        + Math.max(0, one.serializedValueSize());
  }

  // Called by the worker

  @Override
  public String id() {
    return partition.toString();
  }

  @Override
  public void open(byte @Nullable [] unused, Runnable newWakeUp) {
    wakeUp = newWakeUp;
  }

  @Override
  public boolean poll(Ingress.Collector out) {
    RuntimeException broken = failure;
    if (broken != null) {
      throw new IllegalStateException(broken.getMessage(), broken);
    }
    Batch batch = current;
    if (batch == null) {
      batch = batches.poll();
      if (batch == null) {
        return false;
      }
      current = batch;
      index = 0;
    }
    if (index % FETCHED_TOGETHER == 0) {
      fetch(batch.records());
    }
    ConsumerRecord<byte[], byte[]> one = batch.records().get(index);
    ingress.route(one, out);
    advance(batch, one);
    return true;
  }

  /**
   * Has the processor fetch the next records, which another thread made, together, rather than wait
   * for memory at each in turn.
   */
  private void fetch(List<ConsumerRecord<byte[], byte[]>> records) {
    int end = Math.min(index + FETCHED_TOGETHER, records.size());
    int sum = 0;
    for (int i = index; i < end; i++) {
      sum += records.get(i).partition();
    }
    for (int i = index; i < end; i++) {
      byte[] key = records.get(i).key();
      byte[] value = records.get(i).value();
      sum += (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
    }
    fetched += sum;
  }

  private void advance(Batch batch, ConsumerRecord<byte[], byte[]> done) {
    index++;
    position = done.offset() + 1;
    if (index == batch.records().size()) {
      position = Math.max(position, batch.end());
      current = null;
    }
    waitingBytes.addAndGet(-size(done));
  }

  @Override
  public byte[] position() {
    return new ByteWriter(10).writeVarLong(position).toByteArray();
  }

  /** The offset in a position. */
  static long offset(byte[] position) {
    return new ByteReader(position).readVarLong();
  }

  private record Batch(List<ConsumerRecord<byte[], byte[]>> records, long end) {}
}
