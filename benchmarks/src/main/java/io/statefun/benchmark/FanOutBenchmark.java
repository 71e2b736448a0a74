/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.state.RocksDbBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One message to one instance, whose handler sends a message to each of N others. Each of those
 * counts in its state and reports, and a report comes out only when what it tells of is committed.
 */
public final class FanOutBenchmark {

  private static final String APPLICATION = "fan-out";
  private static final int PARTITIONS = 32;
  private static final int SAMPLES = 100_000;
  private static final int REQUESTS_AT_ONCE = 10_000;

  private final int targets;
  private final int workers;
  private final Path data;

  private FanOutBenchmark(Options options) {
    this.targets = options.integer("targets", 10_000_000);
    this.workers = options.integer("workers", 2);
    this.data = Path.of(options.text("data", "target/fan-out")).toAbsolutePath();
  }

  /** Runs it; the last line of the output is the result. */
  public static void main(String[] arguments) throws IOException {
    Options options = new Options(arguments, "targets", "workers", "data");
    boolean correct = new FanOutBenchmark(options).run();
    // Rather than wait for what may hang after a failure.
    System.exit(correct ? 0 : 1);
  }

  private boolean run() throws IOException {
    Folders.delete(data);
    Files.createDirectories(data);
    HeapMeter heap = new HeapMeter();
    MessageTypes types = MessageTypes.standard();
    Tally tally = new Tally(types, targets);
    try (FileSnapshotStore store = FileSnapshotStore.open(data.resolve("store"), APPLICATION);
        StateFunEngine engine =
            StateFunEngine.builder(APPLICATION)
                .partitions(PARTITIONS)
                .workers(workers)
                .messageTypes(types)
                .snapshotStore(store)
                .stateBackend(
                    application ->
                        RocksDbBackend.in(data.resolve("state"))
                            .incarnation(application.id().toString())
                            .open())
                .scratchFolder(Files.createDirectories(data.resolve("scratch")))
                .function(new ScaleFunctions.Source())
                .function(new ScaleFunctions.Target())
                .egress(ScaleFunctions.REPORTS, tally)
                .build()) {
      engine.start();
      long begun = System.nanoTime();
      long cpu = ProcessMeter.cpuNanos();
      engine
          .send(Address.of(ScaleFunctions.SOURCE, "all"), new ScaleFunctions.FanOut(targets))
          .join();
      Progress.await(engine, "instances reached", tally::count, targets);
      double seconds = Progress.seconds(begun);
      double cpuMicros = (ProcessMeter.cpuNanos() - cpu) / 1e3 / targets;
      long left = HeapMeter.usedMegabytes();
      boolean correct = tally.isComplete() & isCounted(engine);
      System.out.println(
          new Report()
              .add("targets", targets)
              .add("workers", workers)
              .add("seconds", seconds)
              .add("messages_per_second", Math.round(targets / seconds))
              .add("cpu_micros_per_message", cpuMicros)
              .add("max_heap_mb", Runtime.getRuntime().maxMemory() / 1024 / 1024)
              .add("peak_heap_after_gc_mb", Math.max(left, heap.peakMegabytes()))
              .add("heap_at_end_mb", left)
              .add("peak_rss_mb", ProcessMeter.peakMemoryMegabytes())
              .add("disk_mb", Folders.megabytes(data))
              .add("correct", correct));
      return correct;
    } finally {
      Folders.delete(data);
    }
  }

  /** Asks instances, spread over all, for the counter in their state. */
  private boolean isCounted(StateFunEngine engine) {
    TypeName type = TypeName.parse(ScaleFunctions.TARGET);
    int samples = Math.min(targets, SAMPLES);
    int wrong = 0;
    List<CompletableFuture<Long>> replies = new ArrayList<>();
    for (int sample = 0; sample < samples; sample++) {
      Address target = Address.of(type, Long.toString((long) sample * targets / samples));
      replies.add(engine.request(target, new ScaleFunctions.ReadCount(), Long.class));
      if (replies.size() == REQUESTS_AT_ONCE || sample == samples - 1) {
        wrong += (int) replies.stream().filter(reply -> reply.join() != 1).count();
        replies.clear();
      }
    }
    System.out.printf("Check: %,d of %,d counters wrong%n", wrong, samples);
    return wrong == 0;
  }
}
