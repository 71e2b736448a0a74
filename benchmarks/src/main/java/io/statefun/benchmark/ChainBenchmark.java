/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import io.statefun.engine.EngineLimits;
import io.statefun.engine.EngineListener;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.state.RocksDbBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The end-to-end load: M events over K random keys. Function A reads and writes 100 bytes and a
 * counter and sends one message to a random key of function B, which reads and writes 100 bytes and
 * emits one record. State is in RocksDB, and epochs are committed to files, with fsync, all the
 * while.
 *
 * <p>The time ends when all records have come out, which they do after their epoch is committed.
 * Then every record and every counter is checked.
 */
public final class ChainBenchmark {

  private static final int PARTITIONS = 32;

  private final ChainLoad load;
  private final long events;
  private final long warmUp;
  private final long rate;
  private final int workers;
  private final double floor;
  private final Path data;
  private final EngineLimits limits;
  private final Latencies commits = new Latencies();
  private final Latencies ends = new Latencies();
  private volatile long committedBytes;

  private ChainBenchmark(Options options) {
    this.load = new ChainLoad(options.integer("keys", 100_000));
    this.events = options.number("events", 5_000_000);
    this.warmUp = options.number("warmup", Math.max(5_000_000, 3L * load.keys()));
    this.rate = options.number("rate", 0);
    this.workers = options.integer("workers", 2);
    this.floor = options.decimal("floor-events-per-second", 0);
    this.data = Path.of(options.text("data", "target/chain")).toAbsolutePath();
    EngineLimits defaults = EngineLimits.DEFAULT;
    this.limits =
        new EngineLimits(
            options.number("cache-bytes", defaults.maxCachedStateBytes()),
            options.number("epoch-bytes", defaults.maxEpochBytes()),
            Duration.ofMillis(options.number("commit-interval", 0)),
            options.number("unapplied-bytes", defaults.maxUnappliedBytes()),
            options.integer("mailbox", defaults.mailboxCapacity()),
            defaults.maxWaitingRequests(),
            options.integer("unacknowledged", defaults.maxUnacknowledgedRecords()),
            defaults.maxChainBytes(),
            defaults.maxChainLength());
  }

  /** Runs the load; the last line of the output is the result. */
  public static void main(String[] arguments) throws IOException {
    Options options =
        new Options(
            arguments,
            "keys",
            "events",
            "warmup",
            "rate",
            "workers",
            "data",
            "floor-events-per-second",
            "cache-bytes",
            "epoch-bytes",
            "commit-interval",
            "unapplied-bytes",
            "mailbox",
            "unacknowledged");
    boolean correct = new ChainBenchmark(options).run();
    // Rather than wait for what may hang after a failure.
    System.exit(correct ? 0 : 1);
  }

  private boolean run() throws IOException {
    Folders.delete(data);
    Files.createDirectories(data);
    MessageTypes types = MessageTypes.standard();
    TypeName first = TypeName.parse(ChainLoad.FUNCTION_A);
    EventGenerator generator =
        new EventGenerator(
            ChainLoad.INGRESS,
            event -> Address.of(first, load.firstKey(event)),
            types,
            workers,
            PARTITIONS);
    CountingEgress egress = new CountingEgress(types, ends);
    try (FileSnapshotStore store =
            FileSnapshotStore.open(data.resolve("store"), ChainLoad.APPLICATION);
        StateFunEngine engine =
            StateFunEngine.builder(ChainLoad.APPLICATION)
                .partitions(PARTITIONS)
                .workers(workers)
                .messageTypes(types)
                .limits(limits)
                .listener(new CommitTimes())
                .snapshotStore(store)
                .stateBackend(
                    application ->
                        RocksDbBackend.in(data.resolve("state"))
                            .incarnation(application.id().toString())
                            .open())
                .scratchFolder(Files.createDirectories(data.resolve("scratch")))
                .function(new ChainFunctions.FunctionA(load))
                .function(new ChainFunctions.FunctionB())
                .ingress(generator)
                .egress(ChainLoad.EGRESS, egress)
                .build()) {
      engine.start();
      System.out.printf("Warm-up: %,d events over %,d keys%n", warmUp, load.keys());
      generator.release(warmUp, 0);
      ChainCheck.await(engine, egress, warmUp);
      System.gc();
      String report = measure(engine, generator, egress);
      boolean correct = ChainCheck.isCorrect(engine, egress, load, warmUp + events);
      System.out.println(report);
      return correct;
    } finally {
      Folders.delete(data);
    }
  }

  private String measure(StateFunEngine engine, EventGenerator generator, CountingEgress egress) {
    System.out.printf("Load: %,d events%s%n", events, rate > 0 ? " at " + rate + "/s" : "");
    commits.clear();
    committedBytes = 0;
    long allocated = ProcessMeter.allocatedBytes();
    long cpu = ProcessMeter.cpuNanos();
    long collections = ProcessMeter.collectionMillis();
    long begun = System.nanoTime();
    generator.release(warmUp + events, rate);
    egress.measure(generator::nanosSinceDue);
    ChainCheck.await(engine, egress, warmUp + events);
    double seconds = (System.nanoTime() - begun) / 1e9;
    double perSecond = events / seconds;
    Report report =
        new Report()
            .add("keys", load.keys())
            .add("events", events)
            .add("workers", workers)
            .add("rate", rate)
            .add("seconds", seconds)
            .add("events_per_second", Math.round(perSecond))
            .add("commits", commits.size())
            .add("commit_p50_ms", commits.millis(0.50))
            .add("commit_p99_ms", commits.millis(0.99))
            .add("commit_max_ms", commits.millis(1))
            .add("committed_bytes_per_event", committedBytes / events)
            .add("bytes_allocated_per_event", (ProcessMeter.allocatedBytes() - allocated) / events)
            .add("cpu_micros_per_event", (ProcessMeter.cpuNanos() - cpu) / 1e3 / events)
            .add("gc_ms", ProcessMeter.collectionMillis() - collections)
            .add("peak_rss_mb", ProcessMeter.peakMemoryMegabytes());
    if (rate > 0) {
      report
          .add("end_to_end_p50_ms", ends.millis(0.50))
          .add("end_to_end_p99_ms", ends.millis(0.99));
    }
    if (floor > 0) {
      report
          .add("floor_events_per_second", Math.round(floor))
          .add("floor_ratio", perSecond / floor);
    }
    return report.toString();
  }

  private final class CommitTimes implements EngineListener {

    @Override
    public void committed(Commit commit) {
      commits.add(commit.nanos());
      committedBytes += commit.bytes();
    }

    @Override
    public void failed(Throwable cause) {
      System.out.println("The engine has failed: " + cause);
    }
  }
}
