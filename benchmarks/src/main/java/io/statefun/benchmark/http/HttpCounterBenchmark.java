/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.http;

import io.statefun.benchmark.Latencies;
import io.statefun.benchmark.Options;
import io.statefun.benchmark.ProcessMeter;
import io.statefun.benchmark.Report;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counters over HTTP, where each answer comes after the durable commit of what it tells. The client
 * is on the same machine. It measures random keys and one hot key over many connections, and what a
 * request takes that finds everything at rest.
 */
public final class HttpCounterBenchmark {

  private final int keys;
  private final int connections;
  private final long requests;
  private final long warmUp;
  private final long single;
  private final Path data;
  private final String jvm;
  private final AtomicLong added = new AtomicLong();

  private HttpCounterBenchmark(Options options) {
    this.keys = options.integer("keys", 100_000);
    this.connections = options.integer("connections", 64);
    this.requests = options.number("requests", 300_000);
    this.warmUp = options.number("warmup", 300_000);
    this.single = options.number("single", 2_000);
    this.data = Path.of(options.text("data", "target/http-counter")).toAbsolutePath();
    this.jvm = options.text("jvm", "-Xmx512m");
  }

  /** Runs it; the last line of the output is the result. */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments, "keys", "connections", "requests", "warmup", "single", "data", "jvm");
    System.exit(new HttpCounterBenchmark(options).run() ? 0 : 1);
  }

  private boolean run() throws Exception {
    delete(data);
    Process server = start();
    try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
      int port = port(out);
      Report report = new Report().add("keys", keys).add("connections", connections);
      System.out.printf("Warm-up: %,d requests%n", warmUp);
      load(port, warmUp, HttpCounterBenchmark::key, null);
      random(report, port, server);
      boolean correct = hot(report, port);
      single(report, port);
      correct &= isCorrect(port);
      report.add("server_peak_rss_mb", ProcessMeter.peakMemoryMegabytes(server.pid() + ""));
      System.out.println(report.add("correct", correct));
      return correct;
    } finally {
      server.destroyForcibly().waitFor();
      delete(data);
    }
  }

  private static String key(long number) {
    return Long.toString(number);
  }

  private Process start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvm.strip().split(" +")));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(CounterApplication.class.getName());
    command.add("--spring.application.name=counter");
    command.add("--spring.main.banner-mode=off");
    command.add("--server.port=0");
    command.add("--server.address=127.0.0.1");
    command.add("--server.tomcat.max-keep-alive-requests=-1");
    command.add("--statefun.api.call=bench/counter");
    command.add("--statefun.data-directory=" + data.resolve("local"));
    command.add("--statefun.snapshot.file.directory=" + data.resolve("snapshots"));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return process;
  }

  private static int port(BufferedReader out) throws IOException {
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(CounterApplication.PORT)) {
        return Integer.parseInt(line.substring(CounterApplication.PORT.length()));
      }
    }
    throw new IOException("The server has ended");
  }

  private void random(Report report, int port, Process server) throws Exception {
    System.out.printf("Random keys: %,d requests over %d connections%n", requests, connections);
    Latencies latencies = new Latencies();
    long cpu = cpuNanos(server);
    long begun = System.nanoTime();
    load(port, requests, HttpCounterBenchmark::key, latencies);
    double seconds = (System.nanoTime() - begun) / 1e9;
    report
        .add("requests", requests)
        .add("requests_per_second", Math.round(requests / seconds))
        .add("p50_ms", latencies.millis(0.50))
        .add("p99_ms", latencies.millis(0.99))
        .add("server_cpu_us_per_request", (cpuNanos(server) - cpu) / 1_000 / requests);
  }

  private static long cpuNanos(Process process) {
    return process.info().totalCpuDuration().orElseThrow().toNanos();
  }

  /** Adds ones to one key, whose answers must be all numbers up to their count. */
  private boolean hot(Report report, int port) throws Exception {
    long count = requests / 2;
    System.out.printf("One hot key: %,d requests over %d connections%n", count, connections);
    Latencies latencies = new Latencies();
    long begun = System.nanoTime();
    long highest = load(port, count, number -> "hot", latencies);
    double seconds = (System.nanoTime() - begun) / 1e9;
    report
        .add("hot_requests_per_second", Math.round(count / seconds))
        .add("hot_p50_ms", latencies.millis(0.50))
        .add("hot_p99_ms", latencies.millis(0.99));
    return highest == count;
  }

  private void single(Report report, int port) throws Exception {
    System.out.printf("One connection: %,d requests%n", single);
    Latencies latencies = new Latencies();
    try (CounterClient client = new CounterClient(port)) {
      SplittableRandom random = new SplittableRandom(7);
      for (int i = 0; i < single; i++) {
        long before = System.nanoTime();
        client.add(key(random.nextInt(keys)), 1);
        latencies.add(System.nanoTime() - before);
        added.incrementAndGet();
      }
    }
    report
        .add("single_p50_ms", latencies.millis(0.50))
        .add("single_p99_ms", latencies.millis(0.99));
  }

  /** The sums of all keys must be what was added. */
  private boolean isCorrect(int port) throws Exception {
    AtomicLong sum = new AtomicLong();
    run(
        connection -> {
          try (CounterClient client = new CounterClient(port)) {
            for (int key = (int) connection; key < keys; key += connections) {
              sum.addAndGet(client.add(key(key), 0));
            }
            return 0L;
          }
        });
    System.out.printf("Check: %,d of %,d counted%n", sum.get(), added.get());
    return sum.get() == added.get();
  }

  /** Makes requests over all connections, and returns the highest answer. */
  private long load(int port, long count, LongFunction<String> key, @Nullable Latencies latencies)
      throws Exception {
    AtomicLong left = new AtomicLong(count);
    return run(
        connection -> {
          long highest = 0;
          boolean counted = !key.apply(0).equals(key.apply(1));
          try (CounterClient client = new CounterClient(port)) {
            SplittableRandom random = new SplittableRandom(count * 31 + connection);
            while (left.getAndDecrement() > 0) {
              long before = System.nanoTime();
              highest = Math.max(highest, client.add(key.apply(random.nextInt(keys)), 1));
              if (latencies != null) {
                latencies.add(System.nanoTime() - before);
              }
              if (counted) {
                added.incrementAndGet();
              }
            }
          }
          return highest;
        });
  }

  private interface Connection {
    long run(long number) throws IOException;
  }

  private long run(Connection connection) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(connections);
    try {
      List<Future<Long>> all = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        long number = i;
        all.add(threads.submit(() -> connection.run(number)));
      }
      long highest = 0;
      for (Future<Long> one : all) {
        highest = Math.max(highest, one.get());
      }
      return highest;
    } finally {
      threads.shutdownNow();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
