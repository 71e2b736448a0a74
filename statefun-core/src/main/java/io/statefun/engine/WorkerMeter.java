/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells how much a worker has to do and how it spends its time. It does so by the milliseconds that
 * the worker reads anyway, and tells others now and then.
 */
final class WorkerMeter {

  private static final long PUBLISH_MILLIS = 100;

  /** What is longer was no time that the worker has seen, but a change of the clock. */
  private static final long LONGEST_MILLIS = 600_000;

  private final WorkerTimes times;
  private volatile Published published = new Published(0, 0, 0, Long.MAX_VALUE);

  /** Told before messages are handled, as a worker whose handler hangs tells nothing any more. */
  private final AtomicLong messages = new AtomicLong();

  private long publishedAt;
  private boolean outdated = true;

  private long spentUntil = Long.MIN_VALUE;
  private boolean busy;
  private Hold hold = Hold.NONE;

  WorkerMeter(WorkerTimes times) {
    this.times = times;
  }

  /** Why a worker takes nothing in. */
  enum Hold {
    NONE,
    LIMITED,
    CROWDED,
    HELD_UP
  }

  /** Tells how many messages wait, with those that are about to be handled. */
  void waiting(long count) {
    messages.lazySet(count);
  }

  /** A step begins: the time up to now was spent as the last step ended. */
  void stepBegins(long now) {
    long passed = now - spentUntil;
    if (passed == 0) {
      return;
    }
    spentUntil = now;
    if (passed < 0 || passed > LONGEST_MILLIS) {
      return;
    }
    if (busy) {
      times.busy.add(passed);
    }
    switch (hold) {
      case NONE -> {}
      case LIMITED -> times.limited.add(passed);
      case CROWDED -> times.crowded.add(passed);
      case HELD_UP -> times.heldUp.add(passed);
    }
  }

  /**
   * A step ends.
   *
   * @return whether it is time to {@link #publish}
   */
  boolean stepEnds(boolean worked, Hold held) {
    busy = worked;
    hold = held;
    if (worked) {
      outdated = true;
      return Math.abs(spentUntil - publishedAt) >= PUBLISH_MILLIS;
    }
    return outdated;
  }

  void publish(Published current) {
    published = current;
    publishedAt = spentUntil;
    outdated = busy;
  }

  /** How many messages wait in the worker's mailboxes. Called by any thread. */
  long messages() {
    return messages.get();
  }

  /** What was told last. Called by any thread. */
  Published published() {
    return published;
  }

  /**
   * What a worker tells.
   *
   * @param blocked how many instances' messages wait
   * @param operations how many asynchronous operations are under way
   * @param calls how many calls of functions elsewhere are
   * @param nextDue when its next timer may be due, in milliseconds
   */
  record Published(long blocked, long operations, long calls, long nextDue) {}
}
