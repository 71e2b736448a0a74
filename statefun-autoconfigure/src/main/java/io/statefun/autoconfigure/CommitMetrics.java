/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.statefun.engine.EngineListener;
import java.util.concurrent.TimeUnit;

/** Measures the commits. */
final class CommitMetrics implements EngineListener {

  private final Timer duration;
  private final DistributionSummary size;

  CommitMetrics(MeterRegistry registry) {
    this.duration =
        Timer.builder("statefun.commit")
            .description("The time that a commit takes, from the barrier on")
            .register(registry);
    this.size =
        DistributionSummary.builder("statefun.epoch.size")
            .description("The size of committed epochs")
            .baseUnit("bytes")
            .register(registry);
  }

  @Override
  public void committed(long nanos, long bytes) {
    duration.record(nanos, TimeUnit.NANOSECONDS);
    size.record(bytes);
  }
}
