/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Reads the engine's numbers when somebody wants to know them. */
record EngineMetrics(StateFunEngine engine, InstantSource clock) implements MeterBinder {

  @Override
  public void bindTo(MeterRegistry registry) {
    FunctionCounter.builder("statefun.invocations", engine, e -> e.status().invocations())
        .description("The number of messages that functions have handled")
        .tag("outcome", "success")
        .register(registry);
    FunctionCounter.builder("statefun.invocations", engine, e -> e.status().failedInvocations())
        .description("The number of messages that functions have handled")
        .tag("outcome", "failure")
        .register(registry);
    FunctionCounter.builder("statefun.state.unreadable", engine, EngineMetrics::unreadable)
        .description("The number of times that stored state could not be read")
        .register(registry);
    Gauge.builder("statefun.partitions", engine, e -> e.status().partitions())
        .description("The number of partitions that this process has")
        .register(registry);
    Gauge.builder("statefun.standby.copies", engine, e -> e.status().standby().copies())
        .description("The number of partitions of other processes that this one keeps copies of")
        .register(registry);
    Gauge.builder("statefun.standby.behind", engine, e -> e.status().standby().behind())
        .description("The number of epochs that the oldest of those copies is behind")
        .register(registry);
    Gauge.builder("statefun.epoch.committed", engine, e -> e.status().committedEpoch())
        .description("The newest committed epoch")
        .register(registry);
    Gauge.builder("statefun.unapplied.size", engine, e -> e.status().unappliedBytes())
        .description("The size of committed changes that the local state does not have yet")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
    Gauge.builder("statefun.remote.waiting", engine, e -> e.status().waitingElsewhereBytes())
        .description("The size of messages that wait for functions elsewhere")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
    Gauge.builder("statefun.egress.unacknowledged", engine, e -> e.status().unacknowledgedRecords())
        .description("The number of egress records that wait for their receivers")
        .register(registry);
    bindSavepoints(registry);
  }

  private void bindSavepoints(MeterRegistry registry) {
    TimeGauge.builder(
            "statefun.savepoint.duration",
            engine,
            TimeUnit.MILLISECONDS,
            e -> ofNewest(e, newest -> newest.took().toMillis()))
        .description("The time that the newest complete savepoint took")
        .register(registry);
    TimeGauge.builder(
            "statefun.savepoint.age",
            engine,
            TimeUnit.MILLISECONDS,
            e ->
                ofNewest(
                    e, newest -> Duration.between(newest.created(), clock.instant()).toMillis()))
        .description("The time since the newest complete savepoint")
        .register(registry);
    Gauge.builder(
            "statefun.savepoint.size",
            engine,
            e -> ofNewest(e, EngineStatus.CompleteSavepoint::bytes))
        .description("The size of the newest complete savepoint")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
    FunctionCounter.builder(
            "statefun.savepoint.completed", engine, e -> e.status().savepoints().completed())
        .description("The number of savepoints that this process has completed")
        .register(registry);
    FunctionCounter.builder(
            "statefun.savepoint.failed", engine, e -> e.status().savepoints().failed())
        .description("The number of attempts at savepoints that this process has given up")
        .register(registry);
  }

  /**
   * Something of the newest savepoint, which the process that coordinates knows of, and no other.
   */
  private static double ofNewest(
      StateFunEngine engine, ToDoubleFunction<EngineStatus.CompleteSavepoint> value) {
    EngineStatus.CompleteSavepoint newest = engine.status().savepoints().newest();
    return newest == null ? Double.NaN : value.applyAsDouble(newest);
  }

  private static double unreadable(StateFunEngine engine) {
    EngineStatus.UnreadableState found = engine.status().unreadableState();
    return found == null ? 0 : found.count();
  }
}
