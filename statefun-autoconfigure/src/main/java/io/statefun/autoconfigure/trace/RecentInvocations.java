/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace;

import io.statefun.message.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The last invocations of this process, so many of all instances together, to be looked up by
 * instance. What other processes have handled, and what this one had before it was started, is not
 * there. Any thread may add and look at once; nobody waits for anybody.
 */
public final class RecentInvocations {

  private final AtomicReferenceArray<RecentInvocation> ring;
  private final AtomicLong added = new AtomicLong();

  /**
   * @param capacity how many are remembered; 0 for none
   */
  public RecentInvocations(int capacity) {
    this.ring = new AtomicReferenceArray<>(capacity);
  }

  /** Whether any are remembered. */
  boolean remembersAny() {
    return ring.length() > 0;
  }

  /** Remembers an invocation in place of the oldest one. */
  public void add(RecentInvocation invocation) {
    ring.lazySet((int) (added.getAndIncrement() % ring.length()), invocation);
  }

  /**
   * The last invocations of an instance that are remembered. Takes a look at all that are.
   *
   * @param address by the name that the instance is stored under, which is the oldest one
   * @param limit how many at most
   * @return the newest first; empty if none is remembered
   */
  public List<RecentInvocation> of(Address address, int limit) {
    List<RecentInvocation> found = new ArrayList<>();
    long newest = added.get();
    for (long i = newest; i > Math.max(0, newest - ring.length()) && found.size() < limit; i--) {
      RecentInvocation invocation = ring.get((int) ((i - 1) % ring.length()));
      // Null if it is about to be written.
      if (invocation != null && invocation.address().equals(address)) {
        found.add(invocation);
      }
    }
    return found;
  }
}
