/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.engine.EngineListener;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Remembers the last commits, and how long those took since somebody asked last. */
final class CommitTimes implements EngineListener {

  private static final int KEPT = 50;

  /** So many between two questions count; of more, the last ones. */
  private static final int COUNTED = 1_024;

  private final InstantSource clock;
  private final Deque<Done> last = new ArrayDeque<>();
  private final long[] nanos = new long[COUNTED];
  private int count;

  CommitTimes(InstantSource clock) {
    this.clock = clock;
  }

  /** A commit that was made. */
  record Done(Instant time, Commit commit) {}

  @Override
  public synchronized void committed(Commit commit) {
    last.addFirst(new Done(clock.instant(), commit));
    if (last.size() > KEPT) {
      last.removeLast();
    }
    nanos[count++ % COUNTED] = commit.nanos();
  }

  /** The last commits, the newest first. */
  synchronized List<Done> last() {
    return List.copyOf(last);
  }

  /** The last commit; null if there was none. */
  synchronized @Nullable Done newest() {
    return last.peekFirst();
  }

  /** How long those took that were made since the last call. */
  synchronized Spread drain() {
    long[] sorted = Arrays.copyOf(nanos, Math.min(count, COUNTED));
    Arrays.sort(sorted);
    Spread spread = new Spread(count, sorted);
    count = 0;
    return spread;
  }

  /**
   * How long some commits took.
   *
   * @param sorted in nanoseconds, ascending
   */
  record Spread(int count, long[] sorted) {

    /** What that share of them took at most, in milliseconds; null if there was none. */
    @Nullable Double millis(double share) {
      if (sorted.length == 0) {
        return null;
      }
      int index = (int) Math.ceil(share * sorted.length) - 1;
      return sorted[Math.max(0, index)] / 1e6;
    }
  }
}
