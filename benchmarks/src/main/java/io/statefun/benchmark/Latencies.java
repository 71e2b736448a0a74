/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import java.util.Arrays;

/** Durations in the order in which they were measured. Added by one thread. */
public final class Latencies {

  private long[] nanos = new long[4096];
  private int size;

  public synchronized void add(long duration) {
    if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, size * 2);
    }
    nanos[size++] = duration;
  }

  public synchronized void clear() {
    size = 0;
  }

  public synchronized int size() {
    return size;
  }

  /** The duration in milliseconds that a part of all do not exceed; 0 if there are none. */
  public synchronized double millis(double part) {
    if (size == 0) {
      return 0;
    }
    long[] sorted = Arrays.copyOf(nanos, size);
    Arrays.sort(sorted);
    int at = (int) Math.ceil(part * size) - 1;
    return sorted[Math.max(0, Math.min(size - 1, at))] / 1e6;
  }
}
