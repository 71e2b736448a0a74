/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.peer;

import io.statefun.benchmark.ChainLoad;
import io.statefun.benchmark.Options;
import io.statefun.benchmark.ProcessMeter;
import io.statefun.benchmark.RemoteChainProcess;
import io.statefun.benchmark.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.statefun.flink.harness.Harness;
import org.apache.flink.statefun.sdk.Address;
import org.apache.flink.statefun.sdk.FunctionType;
import org.apache.flink.statefun.sdk.io.EgressIdentifier;
import org.apache.flink.statefun.sdk.io.IngressIdentifier;
import org.apache.flink.statefun.sdk.io.Router;
import org.apache.flink.statefun.sdk.reqreply.generated.TypedValue;
import org.apache.flink.statefun.sdk.spi.StatefulFunctionModule;

/**
 * The remote chain in a mini-cluster of Apache Flink Stateful Functions, with the same functions
 * behind the same server, states in RocksDB and checkpoints in a directory. What comes out is
 * counted when it is sent, not when a checkpoint has made it durable.
 */
public final class PeerRemoteChain {

  private static final int CALLS_PER_EVENT = 2;

  private static final String MODULE =
      """
      kind: io.statefun.endpoints.v2/http
      spec:
        functions: chain/*
        urlPathTemplate: %s
      """;

  private final ChainLoad load;
  private final long events;
  private final long warmUp;
  private final long idleEvents;
  private final long idleRate;
  private final int workers;
  private final String checkpointInterval;
  private final String bufferTimeout;
  private final Path data;
  private final String serverClassPath;
  private long released;

  private PeerRemoteChain(Options options) {
    this.load = new ChainLoad(options.integer("keys", 10_000));
    this.events = options.number("events", 300_000);
    this.warmUp = options.number("warmup", 200_000);
    this.idleEvents = options.number("idle-events", 400);
    this.idleRate = options.number("idle-rate", 20);
    this.workers = options.integer("workers", 2);
    this.checkpointInterval = options.text("checkpoint-interval", "1000") + " ms";
    this.bufferTimeout = options.text("buffer-timeout", "100") + " ms";
    this.data = Path.of(options.text("data", "target/peer")).toAbsolutePath();
    this.serverClassPath = options.text("server-class-path", "");
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
            "checkpoint-interval",
            "buffer-timeout",
            "server-class-path",
            "data");
    boolean correct = new PeerRemoteChain(options).run();
    // The mini-cluster has no other way to end.
    Runtime.getRuntime().halt(correct ? 0 : 1);
  }

  private boolean run() throws IOException {
    Report report =
        new Report()
            .add("engine", "Apache Flink Stateful Functions")
            .add("keys", load.keys())
            .add("workers", workers)
            .add("checkpoint_interval", checkpointInterval)
            .add("buffer_timeout", bufferTimeout);
    try (RemoteChainProcess server = new RemoteChainProcess(serverClassPath, load.keys())) {
      start(server);
      System.out.printf("At rest, functions there: %,d events at %d/s%n", idleEvents, idleRate);
      release(idleEvents, idleRate); // to warm up
      Results.AGES.clear();
      release(idleEvents, idleRate);
      report
          .add("rest_there_p50_ms", Results.AGES.millis(0.50))
          .add("rest_there_p99_ms", Results.AGES.millis(0.99));
      load(report, server);
    }
    boolean correct =
        Results.COUNT.sum() == released && Results.SUM.sum() == released * (released - 1) / 2;
    System.out.printf(
        "Check: %,d of %,d records: %s%n",
        Results.COUNT.sum(), released, correct ? "correct" : "WRONG");
    System.out.println(report);
    return correct;
  }

  private void start(RemoteChainProcess server) throws IOException {
    Path module = Files.createDirectories(data).resolve("module.yaml");
    Files.writeString(module, MODULE.formatted("http://127.0.0.1:" + server.port() + "/"));
    Harness harness =
        new Harness()
            .withParallelism(workers)
            .withFlinkSourceFunction(Chain.EVENTS, new Events())
            .withConsumingEgress(Chain.RESULTS, new Results())
            .withConfiguration("state.backend", "rocksdb")
            .withConfiguration("state.backend.incremental", "true")
            .withConfiguration("state.checkpoints.dir", data.resolve("checkpoints").toUri() + "")
            .withConfiguration("state.backend.rocksdb.localdir", data.resolve("state").toString())
            .withConfiguration("execution.checkpointing.interval", checkpointInterval)
            .withConfiguration("execution.buffer-timeout", bufferTimeout)
            .withConfiguration("execution.checkpointing.mode", "EXACTLY_ONCE")
            .withConfiguration("statefun.remote.module-name", module.toUri().toString())
            .withGlobalConfiguration(Chain.KEYS, Integer.toString(load.keys()));
    Thread job =
        new Thread(
            () -> {
              try {
                harness.start();
              } catch (Exception e) {
                e.printStackTrace();
                Runtime.getRuntime().halt(1);
              }
            },
            "job");
    job.setDaemon(true);
    job.start();
  }

  private void load(Report report, RemoteChainProcess server) throws IOException {
    System.out.printf("Load: %,d events after %,d%n", events, warmUp);
    release(warmUp, 0);
    long cpu = ProcessMeter.cpuNanos();
    RemoteChainProcess.Usage before = server.usage();
    long begun = System.nanoTime();
    release(events, 0);
    double seconds = (System.nanoTime() - begun) / 1e9;
    double cores = (ProcessMeter.cpuNanos() - cpu) / 1e9 / seconds;
    RemoteChainProcess.Usage after = server.usage();
    double calls = after.calls() - before.calls();
    double serverCores = (after.cpuNanos() - before.cpuNanos()) / 1e9 / seconds;
    report
        .add("events", events)
        .add("seconds", seconds)
        .add("events_per_second", Math.round(events / seconds))
        .add("calls_per_second", Math.round(calls / seconds))
        .add("messages_per_call", CALLS_PER_EVENT * events / calls)
        .add("calls_saved_by_batches", 1 - calls / (CALLS_PER_EVENT * events))
        .add("engine_cores", cores)
        .add("endpoint_cores", serverCores)
        .add("calls_per_second_per_engine_core", Math.round(calls / seconds / cores))
        .add(
            "messages_per_second_per_core",
            Math.round(CALLS_PER_EVENT * events / seconds / (cores + serverCores)))
        .add("peak_rss_mb", ProcessMeter.peakMemoryMegabytes());
  }

  private void release(long more, long rate) {
    released += more;
    Events.release(released, rate);
    while (Results.COUNT.sum() < released) {
      LockSupport.parkNanos(500_000);
    }
  }

  /** What comes in, and where it goes. Found by its service file. */
  public static final class Chain implements StatefulFunctionModule {

    static final String KEYS = "KEYS";
    static final IngressIdentifier<TypedValue> EVENTS =
        new IngressIdentifier<>(TypedValue.class, "chain", "events");
    static final EgressIdentifier<TypedValue> RESULTS =
        new EgressIdentifier<>("chain", "results", TypedValue.class);

    @Override
    public void configure(java.util.Map<String, String> configuration, Binder binder) {
      FunctionType first = new FunctionType("chain", "a");
      ChainLoad load = new ChainLoad(Integer.parseInt(configuration.get(KEYS)));
      Router<TypedValue> router =
          (event, downstream) ->
              downstream.forward(
                  new Address(first, load.firstKey(Events.number(event))), event);
      binder.bindIngressRouter(EVENTS, router);
    }
  }
}
