/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

/** What a worker needs to know of the epochs of its node. */
interface Barrier {

  /** The epoch that goes on: a worker that is in an older one takes its cut. */
  long epoch();

  /**
   * Whether a worker may handle messages, having changed so many bytes in its epoch, and emitted so
   * many records.
   */
  boolean mayHandle(long epochBytes, long epochRecords);

  /** Tells that there is something to commit. */
  void changed();

  /** Hands over a worker's part of an epoch, to which nothing will be added. */
  void complete(int worker, EpochPart part);
}
