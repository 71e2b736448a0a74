/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.cluster.MessageLog.Copy;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copies of this process that the group waits for: finds out when they are current, which the
 * group hears when its members share the partitions anew. Used by the consumer's thread alone.
 */
final class AwaitedCopies {

  private static final Logger log = LoggerFactory.getLogger(AwaitedCopies.class);

  private static final long LOOK_INTERVAL = 500;
  private static final long SHORTEST_PAUSE = 5_000;
  private static final long LONGEST_PAUSE = 300_000;

  private final Supplier<Map<Integer, Copy>> copies;
  private final LongSupplier clock;

  private CopiesToKeep kept = CopiesToKeep.NOTHING;

  /** Whether the group was asked since it said the last time what to keep. */
  private boolean asked;

  private long pause = SHORTEST_PAUSE;
  private long nextAsk = Long.MIN_VALUE;
  private long nextLook = Long.MIN_VALUE;

  /**
   * @param copies what this process has
   * @param clock milliseconds
   */
  AwaitedCopies(Supplier<Map<Integer, Copy>> copies, LongSupplier clock) {
    this.copies = copies;
    this.clock = clock;
  }

  /** The group has said what to keep. */
  void assigned(CopiesToKeep assigned) {
    long now = clock.getAsLong();
    boolean changed = !assigned.awaited().equals(kept.awaited());
    boolean inVain = asked && !changed;
    boolean warmsUp = !assigned.warmUps().equals(kept.warmUps());
    kept = assigned;
    asked = false;
    pause = inVain ? Math.min(LONGEST_PAUSE, 2 * pause) : SHORTEST_PAUSE;
    if (inVain || areCurrent()) {
      // Whoever has shared the partitions knew that, and needs not be told again.
      nextAsk = Math.max(nextAsk, now + pause);
    } else if (warmsUp && !kept.warmUps().isEmpty()) {
      log.info("Fetching the state of partitions {}, which then come here", kept.warmUps());
    }
  }

  /** Whether the members are to share the partitions anew; says so once. */
  boolean areDue() {
    long now = clock.getAsLong();
    if (asked || now < nextLook || now < nextAsk) {
      return false;
    }
    nextLook = now + LOOK_INTERVAL;
    if (!areCurrent()) {
      return false;
    }
    if (!kept.warmUps().isEmpty()) {
      log.info("The state of partitions {} is here, and they may come", kept.warmUps());
    }
    asked = true;
    nextAsk = now + SHORTEST_PAUSE;
    return true;
  }

  private boolean areCurrent() {
    Set<Integer> next = next();
    if (next.isEmpty()) {
      return false;
    }
    Map<Integer, Copy> known = copies.get();
    return next.stream().map(known::get).allMatch(copy -> copy != null && copy.current());
  }

  /** What is waited for first. */
  private Set<Integer> next() {
    return kept.warmUps().isEmpty() ? kept.successors() : kept.warmUps();
  }
}
