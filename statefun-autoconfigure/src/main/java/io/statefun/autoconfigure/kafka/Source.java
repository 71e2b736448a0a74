/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What takes the records of a partition, as the thread that polls brings them. When so much waits
 * that it is full, the partition is paused.
 */
interface Source {

  TopicPartition partition();

  /**
   * Adds records.
   *
   * @param end the offset behind them and behind what is between the last of them and the next
   */
  void add(List<ConsumerRecord<byte[], byte[]>> records, long end);

  boolean isFull();

  boolean hasRoom();
}
