/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.statefun.engine.EngineListener;
import io.statefun.engine.StateFunEngine;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Measures the commits, and how partitions come and go. Who runs an engine without Spring Boot
 * gives it to {@link StateFunEngine.Builder#listener}.
 */
public final class CommitMetrics implements EngineListener {

  private static final Duration[] OBJECTIVES = {
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2_500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10)
  };

  private final Timer duration;
  private final Timer cut;
  private final Timer store;
  private final Timer log;
  private final DistributionSummary size;
  private final DistributionSummary entries;
  private final Timer gained;
  private final Timer left;
  private final Counter lost;

  /** Registers the meters. */
  public CommitMetrics(MeterRegistry registry) {
    this.duration =
        Timer.builder("statefun.commit")
            .description("The time that a commit takes, from the barrier on")
            .serviceLevelObjectives(OBJECTIVES)
            .register(registry);
    this.cut = phase("cut", registry);
    this.store = phase("store", registry);
    this.log = phase("log", registry);
    this.size =
        DistributionSummary.builder("statefun.epoch.size")
            .description("The size of committed epochs")
            .baseUnit(BaseUnits.BYTES)
            .register(registry);
    this.entries =
        DistributionSummary.builder("statefun.epoch.entries")
            .description(
                "The number of changes, pending messages and egress records in a committed epoch")
            .register(registry);
    this.gained = rebalance("gained", registry);
    this.left = rebalance("left", registry);
    this.lost =
        Counter.builder("statefun.partitions.lost")
            .description(
                "The number of partitions that this process has lost, with what was not committed")
            .register(registry);
  }

  private static Timer phase(String name, MeterRegistry registry) {
    return Timer.builder("statefun.commit.phase")
        .description(
            "The time until all workers had taken their cut, until the snapshot store had the"
                + " epoch, and that the transaction of the log took")
        .tag("phase", name)
        .register(registry);
  }

  private static Timer rebalance(String event, MeterRegistry registry) {
    return Timer.builder("statefun.rebalances")
        .description(
            "The time that it takes partitions to come, from their assignment until their state is"
                + " here, or to go, until what was done with them is committed")
        .tag("event", event)
        .register(registry);
  }

  @Override
  public void committed(Commit commit) {
    duration.record(commit.nanos(), TimeUnit.NANOSECONDS);
    cut.record(commit.cutNanos(), TimeUnit.NANOSECONDS);
    store.record(commit.storeNanos(), TimeUnit.NANOSECONDS);
    if (commit.logNanos() > 0) {
      log.record(commit.logNanos(), TimeUnit.NANOSECONDS);
    }
    size.record(commit.bytes());
    entries.record(commit.entries());
  }

  @Override
  public void gained(int partitions, long nanos) {
    gained.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void left(int partitions, long nanos) {
    left.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void lost(int partitions) {
    lost.increment(partitions);
  }
}
