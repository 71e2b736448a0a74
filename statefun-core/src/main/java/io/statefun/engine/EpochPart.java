/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.io.Ingress;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A worker's part of an epoch: its partitions, and whom to tell when the epoch is committed. */
final class EpochPart {

  final long epoch;

  /** The number of the savepoint that its partitions have their parts in, 0 if there is none. */
  long savepoint;

  final List<PartitionEpoch> partitions = new ArrayList<>();
  final List<CompletableFuture<Void>> accepted = new ArrayList<>();
  final List<Reply> replies = new ArrayList<>();
  final List<SplitPosition> positions = new ArrayList<>();

  EpochPart(long epoch) {
    this.epoch = epoch;
  }

  /** How many bytes have changed, roughly. */
  long bytes() {
    long bytes = 0;
    for (PartitionEpoch partition : partitions) {
      bytes += partition.bytes();
    }
    return bytes;
  }

  /** The answer to a request from outside. */
  record Reply(String request, TypedValue value) {}

  /**
   * How far a split was read.
   *
   * @param reader the number of the partition that reads it
   * @param inLog whether the message log keeps the position, not the state
   */
  record SplitPosition(
      int reader, TypeName ingress, Ingress.Split split, byte[] position, boolean inLog) {}
}
