/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

/** A worker's cut that waits for the markers of the other workers. */
final class OpenCut {

  private final EpochPart part;
  private final boolean[] marked;
  private int missing;

  OpenCut(EpochPart part, int workers, int self) {
    this.part = part;
    this.marked = new boolean[workers];
    this.marked[self] = true;
    this.missing = workers - 1;
  }

  EpochPart part() {
    return part;
  }

  boolean isComplete() {
    return missing == 0;
  }

  boolean isMarked(int from) {
    return marked[from];
  }

  /** Notes a worker's marker, and tells whether it was the last one. */
  boolean mark(int from) {
    if (marked[from]) {
      throw new IllegalStateException("Worker " + from + " sent two markers for one epoch");
    }
    marked[from] = true;
    missing--;
    return isComplete();
  }

  /** Counts a message that was sent before its sender's cut, and arrived after this one's. */
  void addChannelState(int target, Message message) {
    for (PartitionEpoch epoch : part.partitions) {
      if (epoch.partition.index == target) {
        Partition.addPending(epoch, message);
        return;
      }
    }
    throw new IllegalStateException("Partition " + target + " is not of this worker");
  }
}
