/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.statefun.autoconfigure.CommitMetrics;
import io.statefun.autoconfigure.EngineMetrics;
import io.statefun.autoconfigure.MeasuredSnapshotStore;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.state.RocksDbBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What it costs to be watched: the load of {@link ChainBenchmark} with all meters in a Prometheus
 * registry that is scraped each second, and without any. Two engines in one process have a share of
 * the events in turns, one with and one without; which of them is first changes from pair to pair,
 * and each pair is compared by itself. So what changes on the machine meanwhile counts little, and
 * in the end the median of the pairs is what it costs.
 *
 * <p>With {@code --tracing} the engine that is watched has no meters, and traces all events: it
 * keeps none of the traces, or all of them.
 */
public final class ObservabilityCostBenchmark {

  private static final int PARTITIONS = 32;

  private final ChainLoad load;
  private final long events;
  private final long warmUp;
  private final int workers;
  private final int pairs;
  private final boolean sham;
  private final Traced traced;
  private final Path data;

  private ObservabilityCostBenchmark(Options options) {
    this.load = new ChainLoad(options.integer("keys", 100_000));
    this.events = options.number("events", 500_000);
    this.warmUp = options.number("warmup", 5_000_000);
    this.workers = options.integer("workers", 2);
    this.pairs = options.integer("pairs", 51);
    this.sham = Boolean.parseBoolean(options.text("sham", "false"));
    this.traced = Traced.valueOf(options.text("tracing", "none").toUpperCase(Locale.ROOT));
    this.data = Path.of(options.text("data", "target/observability-cost")).toAbsolutePath();
  }

  /** Runs the load; the last line of the output is the result. */
  public static void main(String[] arguments) throws IOException {
    Options options =
        new Options(
            arguments, "keys", "events", "warmup", "workers", "pairs", "sham", "tracing", "data");
    boolean correct = new ObservabilityCostBenchmark(options).run();
    // Rather than wait for what may hang after a failure.
    System.exit(correct ? 0 : 1);
  }

  private boolean run() throws IOException {
    System.out.printf(
        "%d pairs of %,d events over %,d keys, after %,d that do not count%n",
        pairs, events, load.keys(), warmUp);
    Folders.delete(data);
    List<Double> throughput = new ArrayList<>();
    List<Double> cpu = new ArrayList<>();
    List<Double> off = new ArrayList<>();
    List<Double> on = new ArrayList<>();
    boolean correct;
    double scrape;
    try (Side unwatched = new Side("off", false);
        Side watched = new Side("on", !sham)) {
      unwatched.handle(warmUp);
      watched.handle(warmUp);
      for (int pair = 0; pair < pairs; pair++) {
        Result[] results = new Result[2];
        if (pair % 2 == 0) {
          results[0] = unwatched.handle(events);
          results[1] = watched.handle(events);
        } else {
          results[1] = watched.handle(events);
          results[0] = unwatched.handle(events);
        }
        off.add(results[0].perSecond());
        on.add(results[1].perSecond());
        throughput.add(results[1].perSecond() / results[0].perSecond());
        cpu.add(results[1].cpuMicros() / results[0].cpuMicros());
        System.out.printf("Pair %d: without %s, with %s%n", pair + 1, results[0], results[1]);
      }
      correct = unwatched.isCorrect() & watched.isCorrect();
      scrape = watched.scrapes.millis();
    } finally {
      Folders.delete(data);
    }
    System.out.println(
        new Report()
            .add("keys", load.keys())
            .add("events", events)
            .add("workers", workers)
            .add("pairs", pairs)
            .add("sham", sham)
            .add("tracing", traced.name().toLowerCase(Locale.ROOT))
            .add("metrics_off_events_per_second", Math.round(median(off)))
            .add("metrics_on_events_per_second", Math.round(median(on)))
            .addPrecise("throughput_ratio", median(throughput))
            .addPrecise("throughput_ratio_p25", quantile(throughput, 0.25))
            .addPrecise("throughput_ratio_p75", quantile(throughput, 0.75))
            .addPrecise("cpu_ratio", median(cpu))
            .add("scrape_ms", scrape)
            .add("correct", correct));
    return correct;
  }

  /** An engine with its load. */
  private final class Side implements AutoCloseable {

    private final Path folder;
    private final EventGenerator generator;
    private final CountingEgress egress;
    private final FileSnapshotStore store;
    private final StateFunEngine engine;
    private final Scrapes scrapes;
    private final @Nullable BenchmarkTracing tracing;
    private long released;

    Side(String name, boolean watched) throws IOException {
      folder = Files.createDirectories(data.resolve(name));
      MessageTypes types = MessageTypes.standard();
      TypeName target = TypeName.parse(ChainLoad.FUNCTION_A);
      generator =
          new EventGenerator(
              ChainLoad.INGRESS,
              event -> Address.of(target, load.firstKey(event)),
              types,
              workers,
              PARTITIONS);
      egress = new CountingEgress(types, new Latencies());
      store = FileSnapshotStore.open(folder.resolve("store"), ChainLoad.APPLICATION);
      PrometheusMeterRegistry registry =
          watched && traced == Traced.NONE
              ? new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)
              : null;
      tracing =
          watched && traced != Traced.NONE ? new BenchmarkTracing(traced == Traced.SAMPLED) : null;
      engine = engine(types, registry);
      if (registry != null) {
        new EngineMetrics(engine, InstantSource.system()).bindTo(registry);
      }
      scrapes = new Scrapes(registry);
      engine.start();
    }

    private StateFunEngine engine(MessageTypes types, @Nullable PrometheusMeterRegistry registry)
        throws IOException {
      StateFunEngine.Builder builder =
          StateFunEngine.builder(ChainLoad.APPLICATION)
              .partitions(PARTITIONS)
              .workers(workers)
              .messageTypes(types)
              .snapshotStore(store)
              .stateBackend(
                  application ->
                      RocksDbBackend.in(folder.resolve("state"))
                          .incarnation(application.id().toString())
                          .open())
              .scratchFolder(Files.createDirectories(folder.resolve("scratch")))
              .function(new ChainFunctions.FunctionA(load))
              .function(new ChainFunctions.FunctionB())
              .ingress(generator)
              .egress(ChainLoad.EGRESS, egress);
      if (registry != null) {
        builder
            .measureInvocations(true)
            .listener(new CommitMetrics(registry))
            .snapshotStore(new MeasuredSnapshotStore(store, registry));
      }
      if (tracing != null) {
        builder.tracing(tracing.tracing());
      }
      return builder.build();
    }

    /** Has some more events handled, and waits until all their records are out. */
    Result handle(long more) {
      System.gc();
      long cpu = ProcessMeter.cpuNanos();
      long begun = System.nanoTime();
      released += more;
      generator.release(released, 0);
      ChainCheck.await(engine, egress, released);
      double seconds = (System.nanoTime() - begun) / 1e9;
      return new Result(more / seconds, (ProcessMeter.cpuNanos() - cpu) / 1e3 / more);
    }

    boolean isCorrect() {
      return ChainCheck.isCorrect(engine, egress, load, released)
          & scrapes.areCorrect()
          & (tracing == null || tracing.isCorrect());
    }

    @Override
    public void close() throws IOException {
      scrapes.close();
      engine.close();
      store.close();
      if (tracing != null) {
        tracing.close();
      }
    }
  }

  /** What is traced on the side that is watched. */
  private enum Traced {
    /** Nothing; it has meters. */
    NONE,
    /** All, and none of the traces is kept. */
    UNSAMPLED,
    /** All, and all traces are kept. */
    SAMPLED
  }

  private static double median(List<Double> values) {
    return (quantile(values, 0.5) + quantile(values, 0.5 - 1e-9)) / 2;
  }

  private static double quantile(List<Double> values, double part) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(
        (int) Math.max(0, Math.min(sorted.size() - 1, Math.floor(part * sorted.size()))));
  }

  private record Result(double perSecond, double cpuMicros) {

    @Override
    public String toString() {
      return String.format("%,.0f events/s at %.2f µs", perSecond, cpuMicros);
    }
  }

  /** Scrapes a registry each second, if there is one. */
  private static final class Scrapes {

    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
    private final @Nullable PrometheusMeterRegistry registry;
    private volatile int count;
    private volatile long nanos;
    private volatile @Nullable Throwable failure;

    Scrapes(@Nullable PrometheusMeterRegistry registry) {
      this.registry = registry;
      if (registry != null) {
        var unused = ticker.scheduleAtFixedRate(this::scrape, 1, 1, TimeUnit.SECONDS);
      }
    }

    private void scrape() {
      long begun = System.nanoTime();
      try {
        String text = java.util.Objects.requireNonNull(registry).scrape();
        if (!text.contains("statefun_invocations_total")) {
          throw new IllegalStateException("The engine's meters are missing");
        }
        count = count + 1;
        nanos = nanos + System.nanoTime() - begun;
      } catch (RuntimeException e) {
        System.out.println("A scrape has failed: " + e);
        failure = e;
      }
    }

    /** Whether there were some, if there is a registry, and none has failed. */
    boolean areCorrect() {
      return (registry == null || count > 0) && failure == null;
    }

    /** How long one takes. */
    double millis() {
      return count == 0 ? 0 : nanos / 1e6 / count;
    }

    void close() {
      ticker.shutdownNow();
    }
  }
}
