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
import java.util.Comparator;
import java.util.List;

/**
 * The chain from a topic to a topic, with a broker in a process of its own and the engine in
 * another: functions as a Spring Boot application has them, or the same work with Kafka Streams.
 */
public final class KafkaChainBenchmark {

  /** Without the pauses that clients make to send more at a time. */
  private static final String SWIFT =
      "producer.linger.ms=0,producer.retry.backoff.ms=5,producer.retry.backoff.max.ms=20,"
          + "consumer.fetch.max.wait.ms=5,poll.ms=5";

  /**
   * Kafka Streams is given a quarter of the events, to be busy for as long: a virtual machine
   * compiles for more than a minute, on processors that the engine could use.
   */
  private static final int STREAMS_SHARE = 4;

  private static final long STREAMS_CACHE = 10 * 1024 * 1024;
  private static final String STATEFUN = "statefun";
  private static final String STREAMS = "kafka-streams";

  private final Options options;
  private final Path data;
  private final KafkaChainRun.Load load;

  private KafkaChainBenchmark(Options options) {
    this.options = options;
    this.data = Path.of(options.text("data", "target/kafka-chain")).toAbsolutePath();
    this.load =
        new KafkaChainRun.Load(
            new ChainLoad(options.integer("keys", 100_000)),
            options.integer("partitions", 4),
            options.number("warmup", 12_000_000),
            options.number("events", 6_000_000),
            options.number("rate", 1_000),
            options.number("rate-warmup", 30),
            options.number("seconds", 60));
  }

  /**
   * Runs one engine, or with {@code --compare} several after each other; the last line of the
   * output is the result.
   */
  public static void main(String[] arguments) throws IOException {
    Options options =
        new Options(
            arguments,
            "compare",
            "engine",
            "keys",
            "events",
            "warmup",
            "rate",
            "rate-warmup",
            "seconds",
            "partitions",
            "workers",
            "commit-interval",
            "store",
            "cache-bytes",
            "settings",
            "data",
            "engine-jvm",
            "broker-jvm",
            "streams-libraries");
    KafkaChainBenchmark benchmark = new KafkaChainBenchmark(options);
    boolean correct =
        options.text("compare", "false").equals("true") ? benchmark.compare() : benchmark.runOne();
    // Rather than wait for what may hang after a failure.
    System.exit(correct ? 0 : 1);
  }

  private KafkaServices begin() throws IOException {
    Folders.delete(data);
    Files.createDirectories(data);
    return KafkaServices.start(data, options.text("broker-jvm", "-Xmx512m"));
  }

  private boolean runOne() throws IOException {
    String engine = options.text("engine", STATEFUN);
    if (!engine.equals(STATEFUN) && !engine.equals(STREAMS)) {
      throw new IllegalArgumentException("--engine must be statefun or kafka-streams");
    }
    boolean statefun = engine.equals(STATEFUN);
    KafkaEngineSettings settings =
        settings(
            engine,
            statefun,
            options.number("commit-interval", statefun ? 0 : 100),
            options.number("cache-bytes", STREAMS_CACHE),
            options.text("settings", ""));
    try (KafkaServices services = begin()) {
      return run(services, settings).correct();
    } finally {
      Folders.delete(data);
    }
  }

  private boolean compare() throws IOException {
    KafkaChainResult statefun;
    KafkaChainResult usual;
    List<KafkaChainResult> streams = new ArrayList<>();
    try (KafkaServices services = begin()) {
      statefun = run(services, settings(STATEFUN, true, 0, 0, ""));
      usual = run(services, streams("100 ms", 100, STREAMS_CACHE, ""));
      streams.add(usual);
      streams.add(run(services, streams("1 s", 1_000, STREAMS_CACHE, "")));
      streams.add(run(services, streams("20 ms, swift", 20, 0, SWIFT)));
      streams.add(run(services, streams("5 ms, swift", 5, 0, SWIFT)));
    } finally {
      Folders.delete(data);
    }
    KafkaChainResult fastest =
        streams.stream()
            .max(Comparator.comparingDouble(one -> one.throughput().eventsPerSecond()))
            .orElseThrow();
    KafkaChainResult soonest =
        streams.stream().min(Comparator.comparingDouble(KafkaChainResult::p99)).orElseThrow();
    boolean correct = statefun.correct() && streams.stream().allMatch(KafkaChainResult::correct);
    System.out.println(
        new Report()
            .add("statefun", statefun.report())
            .add("kafka_streams_100ms", usual.report())
            .add("kafka_streams_best_throughput", fastest.report())
            .add("kafka_streams_best_latency", soonest.report())
            .add("throughput_ratio", ratio(statefun, usual))
            .add("throughput_ratio_to_best", ratio(statefun, fastest))
            .add("latency_p99_ratio", statefun.p99() / usual.p99())
            .add("latency_p99_ratio_to_best", statefun.p99() / soonest.p99())
            .add("correct", correct));
    return correct;
  }

  private KafkaChainResult run(KafkaServices services, KafkaEngineSettings settings)
      throws IOException {
    return new KafkaChainRun(services, data, loadOf(settings)).run(settings);
  }

  private KafkaChainRun.Load loadOf(KafkaEngineSettings settings) {
    return settings.isStatefun() ? load : load.shared(STREAMS_SHARE);
  }

  private static double ratio(KafkaChainResult one, KafkaChainResult other) {
    return one.throughput().eventsPerSecond() / other.throughput().eventsPerSecond();
  }

  private KafkaEngineSettings streams(
      String name, long commitInterval, long cacheBytes, String more) {
    return settings(STREAMS + " " + name, false, commitInterval, cacheBytes, more);
  }

  private KafkaEngineSettings settings(
      String name, boolean statefun, long commitInterval, long cacheBytes, String more) {
    return new KafkaEngineSettings(
        name,
        statefun,
        options.integer("workers", 2),
        commitInterval,
        options.text("store", "file"),
        cacheBytes,
        more,
        options.text("engine-jvm", "-Xms512m -Xmx512m -XX:+UseParallelGC"),
        options.text("streams-libraries", "target/lib-streams"));
  }
}
