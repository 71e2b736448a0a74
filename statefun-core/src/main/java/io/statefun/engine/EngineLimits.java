/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.time.Duration;

/**
 * The bounds within which a node works.
 *
 * @param maxCachedStateBytes how many bytes of instances' values a node keeps in memory, besides
 *     those that the backend does not have yet
 * @param maxEpochBytes how many bytes of changes an epoch may hold before a barrier ends it and
 *     workers wait for its commit, roughly
 * @param minCommitInterval the least time between two barriers
 * @param maxUnappliedBytes how many bytes of changes may wait for the backend, roughly: of this
 *     epoch, of the one that is being committed, and committed ones; instances' values that the
 *     backend does not have yet count, too, and room that is left for values is good for changes
 * @param mailboxCapacity how many messages a mailbox takes before senders keep theirs
 * @param maxWaitingRequests how many messages from outside may wait for a worker before their
 *     senders are held up
 * @param maxUnacknowledgedRecords how many egress records may wait for their receivers in memory,
 *     of all egresses together; more wait in the state
 * @param maxChainBytes how many bytes of epoch objects there may be before base snapshots are
 *     taken, or as many as all base snapshots have, if that is more
 * @param maxChainLength how many epoch objects there may be before base snapshots are taken
 */
public record EngineLimits(
    long maxCachedStateBytes,
    long maxEpochBytes,
    Duration minCommitInterval,
    long maxUnappliedBytes,
    int mailboxCapacity,
    int maxWaitingRequests,
    int maxUnacknowledgedRecords,
    long maxChainBytes,
    int maxChainLength) {

  /** Limits for a node with a heap of 256 MiB or more. */
  public static final EngineLimits DEFAULT =
      new EngineLimits(
          64L * 1024 * 1024,
          16L * 1024 * 1024,
          Duration.ZERO,
          48L * 1024 * 1024,
          1_024,
          10_000,
          50_000,
          1024L * 1024 * 1024,
          1_000);

  public EngineLimits {
    if (maxCachedStateBytes < 1
        || maxEpochBytes < 1
        || minCommitInterval.isNegative()
        || maxUnappliedBytes < 1
        || mailboxCapacity < 1
        || maxWaitingRequests < 1
        || maxUnacknowledgedRecords < 1
        || maxChainBytes < 1
        || maxChainLength < 1) {
      throw new IllegalArgumentException("Every limit of the engine must be at least 1");
    }
  }
}
