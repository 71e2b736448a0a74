/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node does for savepoints: writes its parts, and coordinates them if it is to. */
final class Savepoints {

  private static final Logger LOG = LoggerFactory.getLogger(Savepoints.class);

  private static final long FIRST_PAUSE = 100;
  private static final long LONGEST_PAUSE = 30_000;

  /** How often to look whether what was on its way has come. */
  private static final long LOOK_MILLIS = 50;

  private final NodeServices node;
  private final SavepointWriter writer;
  private final SavepointCoordinator coordinator;
  private int failures;
  private long notBefore = Long.MIN_VALUE;

  Savepoints(NodeServices node, SavepointWriter writer, SavepointCoordinator coordinator) {
    this.node = node;
    this.writer = writer;
    this.coordinator = coordinator;
  }

  SavepointWriter writer() {
    return writer;
  }

  SavepointCoordinator coordinator() {
    return coordinator;
  }

  /** Goes on with one or the other. */
  boolean step() {
    if (node.clock().millis() < notBefore) {
      return false;
    }
    try {
      boolean any = writer.step(node.clock().millis()) || coordinator.step();
      if (any) {
        failures = 0;
      }
      return any;
    } catch (IOException e) {
      failures++;
      long pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(failures - 1, 20));
      notBefore = node.clock().millis() + pause;
      LOG.warn("A savepoint does not go on; next attempt in {} ms: {}", pause, e.toString());
      return true;
    }
  }

  /** When there is something to do again if nobody wakes it, in milliseconds. */
  long nextWakeUp() {
    if (failures > 0) {
      return notBefore;
    }
    long next = coordinator.nextWakeUp();
    return writer.waits() ? Math.min(next, node.clock().millis() + LOOK_MILLIS) : next;
  }
}
