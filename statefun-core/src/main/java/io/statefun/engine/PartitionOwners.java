/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.concurrent.atomic.AtomicIntegerArray;

/** The newest routes, and how full each mailbox is, for all threads to see. */
final class PartitionOwners {

  private final AtomicIntegerArray backlogs;
  private volatile Routes routes;

  PartitionOwners(int partitions) {
    this.backlogs = new AtomicIntegerArray(partitions);
    this.routes = Routes.none(partitions);
  }

  /**
   * The routes of the epoch that goes on; workers that have not taken their cut have older ones.
   */
  Routes routes() {
    return routes;
  }

  /** Has workers use other routes from their next cut on. */
  void change(Routes next) {
    routes = next;
  }

  /** How many messages a mailbox held when its worker last said so. */
  int backlog(int partition) {
    return backlogs.get(partition);
  }

  void publishBacklog(int partition, int messages) {
    backlogs.lazySet(partition, messages);
  }
}
