/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

import io.statefun.benchmark.ChainLoad;
import io.statefun.benchmark.Folders;
import io.statefun.benchmark.Options;
import io.statefun.benchmark.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;

/**
 * The chain from a topic to a topic with one process, and with several that share the work: how
 * much of it they do, and what an event costs when most of its messages go through the brokers.
 * They share this machine's processors too, so that the cost tells more than the throughput.
 */
public final class KafkaScaleBenchmark {

  private static final long PATIENCE_NANOS = 120_000_000_000L;

  private final Options options;
  private final Path data;
  private final ChainLoad load;
  private final int partitions;
  private final long warmUp;
  private final long events;

  private KafkaScaleBenchmark(Options options) {
    this.options = options;
    this.data = Path.of(options.text("data", "target/kafka-scale")).toAbsolutePath();
    this.load = new ChainLoad(options.integer("keys", 100_000));
    this.partitions = options.integer("partitions", 8);
    this.warmUp = options.number("warmup", 3_000_000);
    this.events = options.number("events", 2_000_000);
  }

  /** Runs each number of nodes after the other; the last line of the output is the result. */
  public static void main(String[] arguments) throws IOException {
    Options options =
        new Options(
            arguments,
            "nodes",
            "keys",
            "events",
            "warmup",
            "partitions",
            "workers",
            "data",
            "engine-jvm",
            "broker-jvm");
    System.exit(new KafkaScaleBenchmark(options).run() ? 0 : 1);
  }

  private boolean run() throws IOException {
    Folders.delete(data);
    Files.createDirectories(data);
    Report report = new Report();
    boolean correct = true;
    try (KafkaServices services =
        KafkaServices.start(data, options.text("broker-jvm", "-Xmx512m"))) {
      for (String nodes : options.text("nodes", "1,2,4").split(",", -1)) {
        Result result = run(services, Integer.parseInt(nodes));
        System.out.println(result.report());
        report.add("nodes_" + nodes, result.report());
        correct &= result.correct();
      }
    } finally {
      Folders.delete(data);
    }
    System.out.println(report.add("correct", correct));
    return correct;
  }

  private Result run(KafkaServices services, int nodes) throws IOException {
    String name = "scale-" + nodes;
    services.createTopics(partitions, name + "-events", name + "-results");
    try (KafkaEvents bulk =
        new KafkaEvents(services.bootstrapServers(), name + "-events", load, true)) {
      bulk.preload(0, warmUp + events);
    }
    System.out.printf("%d nodes: %,d events%n", nodes, warmUp + events);
    List<KafkaEngine> engines = new ArrayList<>();
    try (KafkaResults results =
        new KafkaResults(services.bootstrapServers(), name + "-results", partitions, load)) {
      for (int node = 0; node < nodes; node++) {
        engines.add(KafkaEngine.start(settings(name), place(services, name, node)));
      }
      return measure(services, engines, results);
    } finally {
      engines.forEach(KafkaEngine::close);
    }
  }

  private KafkaEngineSettings settings(String name) {
    return new KafkaEngineSettings(
        name,
        true,
        options.integer("workers", 1),
        0,
        "redis",
        0,
        "",
        options.text("engine-jvm", "-Xms256m -Xmx256m -XX:+UseParallelGC"),
        "");
  }

  private KafkaEngine.Place place(KafkaServices services, String name, int node) {
    return new KafkaEngine.Place(
        name,
        data.resolve(name + "-node-" + node),
        services,
        name + "-events",
        name + "-results",
        partitions,
        load.keys());
  }

  private Result measure(KafkaServices services, List<KafkaEngine> engines, KafkaResults results) {
    await(engines, results, warmUp);
    long from = results.count();
    long begun = System.nanoTime();
    double engineCpu = sum(engines, KafkaScaleBenchmark::cpuMicros);
    double brokerCpu = micros(services.broker());
    await(engines, results, warmUp + events);
    double count = results.count() - from;
    return new Result(
        engines.size(),
        count / ((System.nanoTime() - begun) / 1e9),
        (sum(engines, KafkaScaleBenchmark::cpuMicros) - engineCpu) / count,
        (micros(services.broker()) - brokerCpu) / count,
        sum(engines, KafkaEngine::peakMemoryMegabytes) / engines.size(),
        results.isCorrect(warmUp + events));
  }

  private static double cpuMicros(KafkaEngine engine) {
    return micros(engine.process());
  }

  private static double micros(ProcessHandle process) {
    return KafkaEngine.cpu(process).toNanos() / 1e3;
  }

  private static double sum(List<KafkaEngine> engines, ToDoubleFunction<KafkaEngine> of) {
    return engines.stream().mapToDouble(of).sum();
  }

  private static void await(List<KafkaEngine> engines, KafkaResults results, long goal) {
    long seen = -1;
    long seenAt = System.nanoTime();
    for (long count = results.count(); count < goal; count = results.count()) {
      engines.forEach(KafkaEngine::check);
      if (count != seen) {
        seen = count;
        seenAt = System.nanoTime();
      } else if (System.nanoTime() - seenAt > PATIENCE_NANOS) {
        throw new IllegalStateException(
            "Nothing has come out for two minutes after %,d records: %s"
                .formatted(count, engines.get(0).log()));
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /**
   * What so many nodes did.
   *
   * @param engineCpuMicros processor time of all engines for an event
   * @param brokerCpuMicros the same of the broker
   * @param peakMemory of a node on average, in megabytes
   */
  private record Result(
      int nodes,
      double eventsPerSecond,
      double engineCpuMicros,
      double brokerCpuMicros,
      double peakMemory,
      boolean correct) {

    Report report() {
      return new Report()
          .add("nodes", nodes)
          .add("events_per_second", Math.round(eventsPerSecond))
          .add("engine_cpu_micros_per_event", engineCpuMicros)
          .add("broker_cpu_micros_per_event", brokerCpuMicros)
          .add("peak_rss_mb", Math.round(peakMemory))
          .add("correct", correct);
    }
  }
}
