/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import io.statefun.engine.EngineLimits;
import io.statefun.engine.FailurePolicy;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.remote.CallListener;
import io.statefun.remote.JdkHttpTransport;
import io.statefun.remote.RemoteEndpoint;
import io.statefun.remote.RemoteEndpoints;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.state.RocksDbBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * The chain with both functions in another process, behind HTTP: two calls an event, but for what
 * batches save. First it measures what one event takes that finds everything at rest, with the
 * functions here and with the functions there, then how many events come through at full load.
 */
public final class RemoteChainBenchmark {

  private static final int PARTITIONS = 32;
  private static final int CALLS_PER_EVENT = 2;

  private final ChainLoad load;
  private final long events;
  private final long warmUp;
  private final long idleEvents;
  private final long idleRate;
  private final int workers;
  private final int concurrent;
  private final boolean afterCommit;
  private final Path data;
  private final Latencies ends = new Latencies();
  private final Latencies calls = new Latencies();
  private final LongAdder messages = new LongAdder();

  private RemoteChainBenchmark(Options options) {
    this.load = new ChainLoad(options.integer("keys", 10_000));
    this.events = options.number("events", 300_000);
    this.warmUp = options.number("warmup", 200_000);
    this.idleEvents = options.number("idle-events", 400);
    this.idleRate = options.number("idle-rate", 20);
    this.workers = options.integer("workers", 2);
    this.concurrent = options.integer("concurrent-calls", 64);
    this.afterCommit = !options.text("call-before-commit", "false").equals("true");
    this.data = Path.of(options.text("data", "target/remote-chain")).toAbsolutePath();
  }

  /** Runs the load; the last line of the output is the result. */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments,
            "keys",
            "events",
            "warmup",
            "idle-events",
            "idle-rate",
            "workers",
            "concurrent-calls",
            "call-before-commit",
            "data");
    boolean correct = new RemoteChainBenchmark(options).run();
    System.exit(correct ? 0 : 1);
  }

  private boolean run() throws IOException {
    Report report = new Report().add("keys", load.keys()).add("workers", workers);
    boolean correct;
    System.out.printf("At rest, functions here: %,d events at %d/s%n", idleEvents, idleRate);
    try (Chain chain = new Chain("here", null)) {
      correct = chain.rest(report, "here");
    }
    double here = ends.millis(0.50);
    double here99 = ends.millis(0.99);
    try (RemoteChainProcess server =
        new RemoteChainProcess(System.getProperty("java.class.path"), load.keys())) {
      System.out.printf("At rest, functions there: %,d events at %d/s%n", idleEvents, idleRate);
      try (Chain chain = new Chain("there", server)) {
        correct &= chain.rest(report, "there");
        report
            .add("added_per_call_p50_ms", (ends.millis(0.50) - here) / CALLS_PER_EVENT)
            .add("added_per_call_p99_ms", (ends.millis(0.99) - here99) / CALLS_PER_EVENT);
        correct &= chain.load(report, server);
      }
    } finally {
      Folders.delete(data);
    }
    System.out.println(report);
    return correct;
  }

  /** An engine with the chain. */
  private final class Chain implements AutoCloseable {

    private final MessageTypes types = MessageTypes.standard();
    private final EventGenerator generator;
    private final CountingEgress egress = new CountingEgress(types, ends);
    private final FileSnapshotStore store;
    private final StateFunEngine engine;
    private long released;

    Chain(String name, @org.jspecify.annotations.Nullable RemoteChainProcess server)
        throws IOException {
      Path folder = data.resolve(name);
      Folders.delete(folder);
      TypeName first = TypeName.parse(ChainLoad.FUNCTION_A);
      generator =
          new EventGenerator(
              ChainLoad.INGRESS,
              event -> Address.of(first, load.firstKey(event)),
              types,
              workers,
              PARTITIONS);
      store = FileSnapshotStore.open(folder.resolve("store"), ChainLoad.APPLICATION);
      StateFunEngine.Builder builder =
          StateFunEngine.builder(ChainLoad.APPLICATION)
              .partitions(PARTITIONS)
              .workers(workers)
              .messageTypes(types)
              .limits(EngineLimits.DEFAULT)
              .snapshotStore(store)
              .stateBackend(
                  application ->
                      RocksDbBackend.in(folder.resolve("state"))
                          .incarnation(application.id().toString())
                          .open())
              .scratchFolder(Files.createDirectories(folder.resolve("scratch")))
              .ingress(generator)
              .egress(ChainLoad.EGRESS, egress);
      if (server == null) {
        builder
            .function(new ChainFunctions.FunctionA(load))
            .function(new ChainFunctions.FunctionB());
      } else {
        builder.remoteFunctions(endpoints(server));
      }
      engine = builder.build();
      engine.start();
    }

    /** What one event takes that finds everything at rest. */
    boolean rest(Report report, String where) {
      release(idleEvents, idleRate); // to warm up
      ends.clear();
      egress.measure(generator::nanosSinceDue);
      release(idleEvents, idleRate);
      report
          .add("rest_" + where + "_p50_ms", ends.millis(0.50))
          .add("rest_" + where + "_p99_ms", ends.millis(0.99));
      return ChainCheck.isCorrect(engine, egress, load, released);
    }

    boolean load(Report report, RemoteChainProcess server) throws IOException {
      System.out.printf("Load: %,d events after %,d%n", events, warmUp);
      release(warmUp, 0);
      calls.clear();
      messages.reset();
      long cpu = ProcessMeter.cpuNanos();
      RemoteChainProcess.Usage before = server.usage();
      long begun = System.nanoTime();
      release(events, 0);
      double seconds = (System.nanoTime() - begun) / 1e9;
      double cores = (ProcessMeter.cpuNanos() - cpu) / 1e9 / seconds;
      double serverCores = (server.usage().cpuNanos() - before.cpuNanos()) / 1e9 / seconds;
      double count = calls.size();
      report
          .add("call_before_commit", !afterCommit)
          .add("concurrent_calls", concurrent)
          .add("events", events)
          .add("seconds", seconds)
          .add("events_per_second", Math.round(events / seconds))
          .add("calls_per_second", Math.round(count / seconds))
          .add("messages_per_call", messages.sum() / count)
          .add("calls_saved_by_batches", 1 - count / (CALLS_PER_EVENT * events))
          .add("call_p50_ms", calls.millis(0.50))
          .add("call_p99_ms", calls.millis(0.99))
          .add("engine_cores", cores)
          .add("endpoint_cores", serverCores)
          .add("calls_per_second_per_engine_core", Math.round(count / seconds / cores))
          .add(
              "messages_per_second_per_core",
              Math.round(messages.sum() / seconds / (cores + serverCores)))
          .add("peak_rss_mb", ProcessMeter.peakMemoryMegabytes());
      return ChainCheck.isCorrect(engine, egress, load, released);
    }

    private void release(long more, long rate) {
      released += more;
      generator.release(released, rate);
      ChainCheck.await(engine, egress, released);
    }

    @Override
    public void close() throws IOException {
      engine.close();
      store.close();
    }
  }

  private RemoteEndpoints endpoints(RemoteChainProcess server) {
    RemoteEndpoint.Limits defaults = RemoteEndpoint.Limits.DEFAULT;
    RemoteEndpoint endpoint =
        new RemoteEndpoint(
            "chain",
            "chain/*",
            "http://127.0.0.1:" + server.port() + "/",
            Map.of(),
            RemoteEndpoint.Timeouts.DEFAULT,
            RemoteEndpoint.Retry.DEFAULT,
            new RemoteEndpoint.Limits(
                defaults.batchSize(),
                concurrent,
                defaults.requestBytes(),
                defaults.responseBytes(),
                defaults.waitingBytes()),
            afterCommit,
            FailurePolicy.DEFAULT,
            RemoteEndpoint.Access.ALL,
            null);
    return new RemoteEndpoints(
        List.of(endpoint),
        one -> new JdkHttpTransport(one.timeouts(), one.limits().responseBytes(), null, null),
        InstantSource.system(),
        new Calls());
  }

  private final class Calls implements CallListener {

    @Override
    public void ended(
        RemoteEndpoint endpoint, TypeName function, int count, long nanos, Outcome outcome) {
      synchronized (calls) {
        calls.add(nanos);
      }
      messages.add(count);
    }
  }
}
