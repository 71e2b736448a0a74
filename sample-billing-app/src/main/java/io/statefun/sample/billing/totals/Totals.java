/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.totals;

import java.util.Map;

/**
 * All counts.
 *
 * @param counts by what is counted; what never happened is absent
 */
public record Totals(Map<Count, Long> counts) {

  public Totals {
    counts = Map.copyOf(counts);
  }

  /** How often it happened. */
  public long of(Count count) {
    return counts.getOrDefault(count, 0L);
  }
}
