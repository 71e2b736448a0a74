/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.List;

/** What a worker needs to know of the epochs of its node. */
interface Barrier {

  /** The epoch that goes on: a worker that is in an older one takes its cut. */
  long epoch();

  /** The newest epoch that is committed. */
  long committed();

  /** The number of the savepoint that the epoch before that is the last of; 0 for none. */
  long savepoint();

  /** The partitions whose messages may be on their way through inboxes at that savepoint. */
  List<Integer> savepointSenders();

  /** The newest savepoint that any partition of the node has a part in, or is past. */
  long newestSavepoint();

  /** Has an epoch end soon that is the last before a savepoint, unless one has already. */
  void requestSavepoint(long number);

  /** A partition that has come is past a savepoint in which it has no part. */
  void savepointPassed(long number, int partition);

  /** Somebody elsewhere asks for a savepoint. */
  void savepointRequested(String request);

  /** Which partitions the node has in that epoch. */
  Routes routes();

  /**
   * Whether a worker may handle messages.
   *
   * @param worker which one
   * @param epochBytes how many bytes it has changed in its epoch
   * @param epochRecords how many records for egresses it has
   * @param excessBytes how many bytes its rows in memory take beyond their limit, because the
   *     backend does not have them yet; negative if there is room for more
   */
  boolean mayHandle(int worker, long epochBytes, long epochRecords, long excessBytes);

  /** Whether anything may be taken from outside. */
  boolean takesInput();

  /** Tells that there is something to commit. */
  void changed();

  /** Hands over a worker's part of an epoch, to which nothing will be added. */
  void complete(int worker, EpochPart part);
}
