/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.util.List;
import java.util.Map;

/**
 * What an epoch object says of itself. Immutable.
 *
 * @param previous the epoch before this one, of the partitions that its node had then already
 * @param previousOfNewcomers the same of each partition that the node has got since, by number
 * @param needs what the partitions are restored from; those that the node has, in ascending order
 */
public record EpochHeader(
    EpochId id, EpochId previous, Map<Integer, EpochId> previousOfNewcomers, List<Need> needs) {

  public EpochHeader {
    previousOfNewcomers = Map.copyOf(previousOfNewcomers);
    needs = List.copyOf(needs);
  }

  /** The epoch of a partition before this one; {@link EpochId#NONE} if there was none. */
  public EpochId previous(int partition) {
    return previousOfNewcomers.getOrDefault(partition, previous);
  }

  /**
   * What a partition is restored from.
   *
   * @throws CorruptDataException if its node did not have the partition
   */
  public Need need(int partition) {
    return needs.stream()
        .filter(need -> need.partition() == partition)
        .findFirst()
        .orElseThrow(
            () ->
                new io.statefun.wire.CorruptDataException(
                    "Epoch " + id + " has no partition " + partition));
  }

  /**
   * What a partition is restored from.
   *
   * @param base the epoch of its base snapshot, 0 for none
   * @param firsts the first epochs, one for each writer in turn, that the partition needs besides
   *     the newest one: of each writer those from there on, up to the next writer's
   */
  public record Need(int partition, long base, List<EpochId> firsts) {

    public Need {
      firsts = List.copyOf(firsts);
    }

    /** The number of the first epoch that it needs, 0 if it needs none but the newest. */
    public long firstEpoch() {
      return firstOr(0);
    }

    /** The same, or the number of the newest. */
    public long firstOr(long newest) {
      return firsts.isEmpty() ? newest : firsts.get(0).epoch();
    }
  }
}
