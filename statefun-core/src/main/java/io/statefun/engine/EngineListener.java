/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

/** Hears what an engine does, for metrics and health. Called by the engine's threads; be quick. */
public interface EngineListener {

  /** An epoch is committed. */
  default void committed(Commit commit) {}

  /**
   * Partitions have come to this process, with their state.
   *
   * @param nanos how long that took, from when they were assigned
   */
  default void gained(int partitions, long nanos) {}

  /**
   * Partitions have left for other processes, and what was done with them is committed.
   *
   * @param nanos how long that took, from when they were asked for
   */
  default void left(int partitions, long nanos) {}

  /** Partitions were lost, and what was done with them and not committed is dropped. */
  default void lost(int partitions) {}

  /** The engine has stopped by itself. */
  default void failed(Throwable cause) {}

  /**
   * A commit.
   *
   * @param nanos how long it took, from the barrier on
   * @param bytes how many bytes the epoch has
   * @param entries how many changes, pending messages and records it has
   * @param cutNanos how long it took until all workers had taken their cut
   * @param storeNanos how long the snapshot store took to make it durable, as far as the log's
   *     transaction did not take that time as well
   * @param logNanos how long the log took to prepare and to commit its transaction; 0 without one
   */
  record Commit(
      long nanos, long bytes, long entries, long cutNanos, long storeNanos, long logNanos) {}
}
