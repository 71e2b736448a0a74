/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How much waits for a function on a node, and whom that holds up: an ingress that feeds a function
 * for which too much waits is read no further for a while, be it directly or by functions that send
 * to it. Used by all workers.
 */
final class FunctionLoad {

  /** How far the way from an ingress to a function is followed. */
  private static final int LONGEST_WAY = 8;

  private final long limit;

  /** Of the node that is there now; one that is gone counts on, of which nobody hears. */
  private volatile AtomicLong waiting = new AtomicLong();

  /** A function to which this one has sent when too much waited for that; null if none. */
  private volatile @Nullable FunctionLoad receiver;

  private volatile boolean stopped;

  /**
   * @param limit how many bytes of messages may wait
   */
  FunctionLoad(long limit) {
    this.limit = limit;
  }

  /** Begins anew, with another node. */
  void restart() {
    waiting = new AtomicLong();
    receiver = null;
  }

  /** Where a node counts the bytes that begin to wait, or do no more. */
  AtomicLong counter() {
    return waiting;
  }

  /** About how many bytes of messages wait. */
  long waiting() {
    return waiting.get();
  }

  /** Whether so much waits that the function should get nothing more from outside. */
  boolean isFull() {
    return waiting.get() > limit;
  }

  /** Notes that the function has sent to one for which too much waits. */
  void sendsTo(FunctionLoad full) {
    if (full != this) {
      receiver = full;
    }
  }

  /** Whether the function should get nothing more from outside for now. */
  boolean holdsUp() {
    FunctionLoad next = this;
    for (int i = 0; i < LONGEST_WAY && next != null; i++) {
      if (next.isFull()) {
        return true;
      }
      next = next.receiver;
    }
    if (receiver != null) {
      receiver = null;
    }
    return false;
  }

  /** Whether the failure policy has stopped the function until a restart. */
  boolean isStopped() {
    return stopped;
  }

  void stop() {
    stopped = true;
  }
}
