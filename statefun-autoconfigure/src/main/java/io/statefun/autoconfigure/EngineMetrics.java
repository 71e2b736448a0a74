/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.statefun.engine.EngineLoad;
import io.statefun.engine.EngineStatus;
import io.statefun.engine.PartitionLoad;
import io.statefun.engine.StateFunEngine;
import io.statefun.state.StateBackend.Measure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads the engine's numbers when somebody wants to know them.
 *
 * @param engine the engine, which is to have been told to {@linkplain
 *     StateFunEngine.Builder#measureInvocations measure invocations}
 * @param clock tells how old things are
 */
public record EngineMetrics(StateFunEngine engine, InstantSource clock) implements MeterBinder {

  @Override
  public void bindTo(MeterRegistry registry) {
    new FunctionMetrics(engine).bindTo(registry);
    bindState(registry);
    bindLoad(registry);
    bindLocalState(registry);
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

  private void bindState(MeterRegistry registry) {
    for (EngineStatus.State state : EngineStatus.State.values()) {
      Gauge.builder("statefun.engine.state", engine, e -> e.status().state() == state ? 1 : 0)
          .description("Whether the engine is in that state")
          .tag("state", state.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    Gauge.builder("statefun.functions.stopped", engine, e -> e.status().stoppedFunctions().size())
        .description("The number of functions that their failure policy has stopped")
        .register(registry);
    Gauge.builder("statefun.ingress.failing", engine, e -> e.status().failingIngresses().size())
        .description("The number of ingresses that cannot be read at the moment")
        .register(registry);
    Gauge.builder("statefun.egress.failing", engine, e -> e.status().failingEgresses().size())
        .description("The number of egresses that refuse records at the moment")
        .register(registry);
    Gauge.builder("statefun.commit.failures", engine, e -> e.status().commitFailures())
        .description("The number of attempts in a row at the commit that waits which have failed")
        .register(registry);
    TimeGauge.builder(
            "statefun.commit.waiting",
            engine,
            TimeUnit.MILLISECONDS,
            e -> e.status().commitWaiting().toMillis())
        .description("The time for which an epoch has been waiting for its commit")
        .register(registry);
  }

  private static double deadLetters(StateFunEngine engine) {
    return engine.partitions().stream().mapToLong(PartitionLoad::deadLetters).sum();
  }

  private void bindLoad(MeterRegistry registry) {
    Gauge.builder("statefun.mailbox.depth", engine, e -> e.load().waitingMessages())
        .description("The number of messages that wait in mailboxes")
        .register(registry);
    Gauge.builder("statefun.blocked.instances", engine, e -> e.load().blockedInstances())
        .description(
            "The number of instances whose messages wait because one has failed or their function"
                + " has stopped")
        .register(registry);
    Gauge.builder("statefun.deadletters.present", engine, EngineMetrics::deadLetters)
        .description("The number of dead letters that there are in the partitions of this process")
        .register(registry);
    Gauge.builder("statefun.async.inflight", engine, e -> e.load().operations())
        .description("The number of asynchronous operations that are under way")
        .register(registry);
    Gauge.builder("statefun.remote.inflight", engine, e -> e.load().calls())
        .description("The number of calls of functions elsewhere that are under way")
        .register(registry);
    TimeGauge.builder(
            "statefun.timers.behind",
            engine,
            TimeUnit.MILLISECONDS,
            e -> e.load().timersBehind().toMillis())
        .description("The time for which the first timer that has not fired has been due")
        .register(registry);
    Gauge.builder("statefun.workers", engine, e -> e.load().workers())
        .description("The number of threads that handle messages")
        .register(registry);
    time(
        "statefun.worker.busy.time",
        "The time for which workers had something to do, all of them together",
        Tags.empty(),
        EngineLoad::busy,
        registry);
    backPressure("limits", EngineLoad::limited, registry);
    backPressure("mailboxes", EngineLoad::crowded, registry);
    backPressure("functions", EngineLoad::heldUp, registry);
  }

  private void backPressure(
      String reason, Function<EngineLoad, Duration> part, MeterRegistry registry) {
    time(
        "statefun.backpressure.time",
        "The time for which workers took nothing in, all of them together: since an epoch, memory"
            + " or receivers were at their limits, since mailboxes were full enough, or, from some"
            + " ingress, since too much waited for functions elsewhere",
        Tags.of("reason", reason),
        part,
        registry);
  }

  private void time(
      String name,
      String description,
      Tags tags,
      Function<EngineLoad, Duration> part,
      MeterRegistry registry) {
    FunctionCounter.builder(name, engine, e -> part.apply(e.load()).toMillis() / 1e3)
        .description(description)
        .baseUnit("seconds")
        .tags(tags)
        .register(registry);
  }

  private void bindLocalState(MeterRegistry registry) {
    local(
        "statefun.rocksdb.cache.size",
        Measure.CACHE_BYTES,
        BaseUnits.BYTES,
        "The memory that RocksDB's cache takes, its write buffers among it",
        registry);
    local(
        "statefun.rocksdb.cache.pinned",
        Measure.PINNED_CACHE_BYTES,
        BaseUnits.BYTES,
        "The part of that which cannot be given back at the moment",
        registry);
    local(
        "statefun.rocksdb.memtables.size",
        Measure.WRITE_BUFFER_BYTES,
        BaseUnits.BYTES,
        "The memory that RocksDB's write buffers take",
        registry);
    local(
        "statefun.rocksdb.files.live",
        Measure.LIVE_FILE_BYTES,
        BaseUnits.BYTES,
        "The size of the files with the state that is there now",
        registry);
    local(
        "statefun.rocksdb.files.size",
        Measure.FILE_BYTES,
        BaseUnits.BYTES,
        "The size of all files, also of those that something still reads",
        registry);
    local(
        "statefun.rocksdb.entries",
        Measure.ENTRIES,
        null,
        "The number of entries of the local state, as RocksDB estimates it",
        registry);
    local(
        "statefun.rocksdb.compaction.pending",
        Measure.PENDING_COMPACTION_BYTES,
        BaseUnits.BYTES,
        "The size of what is to be rewritten until the files are in order",
        registry);
    local(
        "statefun.rocksdb.compactions",
        Measure.COMPACTIONS,
        null,
        "The number of compactions that run",
        registry);
    local(
        "statefun.rocksdb.writes.stopped",
        Measure.WRITES_STOPPED,
        null,
        "1 if nothing can be written until files are in order",
        registry);
    local(
        "statefun.rocksdb.writes.delayed",
        Measure.DELAYED_WRITE_RATE,
        "bytes_per_second",
        "The rate to which writes are limited; 0 if they are not",
        registry);
  }

  private void local(
      String name,
      Measure measure,
      @Nullable String unit,
      String description,
      MeterRegistry registry) {
    Gauge.builder(
            name,
            engine,
            e -> {
              long measured = e.measure(measure);
              return measured < 0 ? Double.NaN : measured;
            })
        .description(description)
        .baseUnit(unit)
        .register(registry);
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
