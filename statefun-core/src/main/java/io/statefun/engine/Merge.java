/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the order of messages when partitions come to a node. Before, messages between them and the
 * others went through inboxes; now they would be handed over directly, and overtake what is in an
 * inbox. So nothing is handed over between a newcomer and another partition until all partitions
 * have read their inboxes as far as they were filled when the last epoch of the old way was
 * committed.
 */
final class Merge {

  /** Nobody has come. */
  static final Merge NONE = new Merge(Set.of());

  private final Set<Integer> newcomers;

  /** The partitions that have not read their inboxes far enough, and up to where they must. */
  private final Map<Integer, Long> behind = new ConcurrentHashMap<>();

  private volatile boolean known;
  private volatile boolean done;

  private Merge(Set<Integer> newcomers) {
    this.newcomers = newcomers;
    this.known = newcomers.isEmpty();
    this.done = newcomers.isEmpty();
  }

  /** This one, which need not be done, and others. */
  Merge with(Collection<Integer> others) {
    Set<Integer> all = new TreeSet<>(others);
    if (!done) {
      all.addAll(newcomers);
    }
    return new Merge(all);
  }

  /** This one, but for partitions that have left before it was done. */
  Merge without(Collection<Integer> left) {
    if (done) {
      return NONE;
    }
    Set<Integer> rest = new TreeSet<>(newcomers);
    rest.removeAll(left);
    return new Merge(rest);
  }

  /** Whether messages must wait. Called by any worker. */
  boolean holdsUp(int sender, int target) {
    return !done && sender != target && (newcomers.contains(sender) || newcomers.contains(target));
  }

  boolean isDone() {
    return done;
  }

  /** Whether it is known how far inboxes have to be read. */
  boolean isKnown() {
    return known;
  }

  /** Tells how far inboxes have to be read. */
  void expect(Map<Integer, Long> ends) {
    behind.putAll(ends);
    known = true;
    done = behind.isEmpty();
  }

  /** Tells how far an inbox was read, by its worker, once the messages are in the mailbox. */
  void read(int partition, long position) {
    if (known && !done) {
      @Nullable Long end = behind.get(partition);
      if (end != null && position >= end) {
        behind.remove(partition);
        done = behind.isEmpty();
      }
    }
  }
}
