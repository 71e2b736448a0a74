/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.time.Duration;

/**
 * The bounds of queries, which run beside the workers.
 *
 * @param threads how many threads answer queries, and so how many run at a time
 * @param capacity how many queries may run or wait at a time; more are refused
 * @param timeout after how long a query or a page of instances that has not been answered fails
 */
public record QueryLimits(int threads, int capacity, Duration timeout) {

  /** Half as many threads as there are processors, 1,000 queries, half a minute. */
  public static final QueryLimits DEFAULT =
      new QueryLimits(
          Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
          1_000,
          Duration.ofSeconds(30));

  public QueryLimits {
    if (threads < 1 || capacity < 1 || timeout.toMillis() < 1) {
      throw new IllegalArgumentException(
          "Every limit of queries must be at least 1, and the timeout at least 1 ms");
    }
  }
}
