/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** Which worker owns which partition, and how full its mailbox is, for the other workers to see. */
final class PartitionOwners {

  private final Partition[] partitions;
  private final int workers;
  private final AtomicIntegerArray backlogs;

  PartitionOwners(int partitions, int workers) {
    this.partitions = new Partition[partitions];
    this.workers = workers;
    this.backlogs = new AtomicIntegerArray(partitions);
  }

  void set(Partition partition) {
    partitions[partition.index] = partition;
  }

  Partition partition(int number) {
    return partitions[number];
  }

  Partition partition(Address address) {
    return partitions[address.partition(partitions.length)];
  }

  int worker(int partition) {
    return partition % workers;
  }

  /** How many messages a mailbox held when its worker last said so. */
  int backlog(int partition) {
    return backlogs.get(partition);
  }

  void publishBacklog(int partition, int messages) {
    backlogs.lazySet(partition, messages);
  }
}
