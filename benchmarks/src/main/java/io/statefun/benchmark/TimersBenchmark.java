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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * N instances, each with a state and a timer that is due in days. They wait; the engine is
 * restarted, once with its local state and once on an empty disk; then the clock is put forward,
 * and all timers fire. A report comes out only when the firing that it tells of is committed.
 */
public final class TimersBenchmark {

  private static final String APPLICATION = "timers";
  private static final String INGRESS = "scale/numbers";
  private static final int PARTITIONS = 32;

  private static final Duration FIRST_DUE = Duration.ofDays(1);
  private static final Duration WINDOW = Duration.ofDays(30);

  /** A prime larger than any number of instances, so multiplying by it permutes their numbers. */
  private static final long SHUFFLE = 2_147_483_659L;

  private final int instances;
  private final int workers;
  private final Path data;
  private final MessageTypes types = MessageTypes.standard();
  private final Tally tally;
  private final MovableClock clock = new MovableClock();
  private final Instant beginning = clock.instant();
  private final Report report = new Report();

  private TimersBenchmark(Options options) {
    this.instances = options.integer("instances", 10_000_000);
    this.workers = options.integer("workers", 2);
    this.data = Path.of(options.text("data", "target/timers")).toAbsolutePath();
    this.tally = new Tally(types, instances);
  }

  /** Runs it; the last line of the output is the result. */
  public static void main(String[] arguments) throws IOException {
    Options options = new Options(arguments, "instances", "workers", "data");
    boolean correct = new TimersBenchmark(options).run();
    // Rather than wait for what may hang after a failure.
    System.exit(correct ? 0 : 1);
  }

  private boolean run() throws IOException {
    Folders.delete(data);
    Files.createDirectories(data);
    HeapMeter heap = new HeapMeter();
    report.add("instances", instances).add("workers", workers);
    try (FileSnapshotStore store = FileSnapshotStore.open(data.resolve("store"), APPLICATION)) {
      set(store);
      restart(store, "recovery");
      Folders.delete(data.resolve("state"));
      restart(store, "recovery_on_empty_disk");
      boolean correct = fire(store);
      report
          .add("max_heap_mb", Runtime.getRuntime().maxMemory() / 1024 / 1024)
          .add("peak_heap_after_gc_mb", heap.peakMegabytes())
          .add("peak_rss_mb", ProcessMeter.peakMemoryMegabytes())
          .add("correct", correct);
      System.out.println(report);
      return correct;
    } finally {
      Folders.delete(data);
    }
  }

  private void set(FileSnapshotStore store) throws IOException {
    EventGenerator numbers = numbers();
    try (StateFunEngine engine = engine(store, numbers)) {
      engine.start();
      long begun = System.nanoTime();
      long cpu = ProcessMeter.cpuNanos();
      numbers.release(instances, 0);
      Progress.await(engine, "timers set", () -> engine.status().invocations(), instances);
      awaitCommit(engine);
      double seconds = Progress.seconds(begun);
      report
          .add("set_seconds", seconds)
          .add("set_per_second", Math.round(instances / seconds))
          .add("set_cpu_micros", cpuMicros(cpu))
          .add("heap_mb_waiting", HeapMeter.usedMegabytes())
          .add("disk_mb_waiting", Folders.megabytes(data));
    }
  }

  private void restart(FileSnapshotStore store, String name) throws IOException {
    long begun = System.nanoTime();
    try (StateFunEngine engine = engine(store, numbers())) {
      engine.start();
      double seconds = Progress.seconds(begun);
      System.out.printf("%s took %,.1f s%n", name, seconds);
      report
          .add(name + "_seconds", seconds)
          .add("heap_mb_after_" + name, HeapMeter.usedMegabytes());
    }
  }

  private boolean fire(FileSnapshotStore store) throws IOException {
    try (StateFunEngine engine = engine(store, numbers())) {
      engine.start();
      awaitCommit(engine);
      boolean asleep = tally.count() == 0;
      long begun = System.nanoTime();
      long cpu = ProcessMeter.cpuNanos();
      clock.putForward(FIRST_DUE.plus(WINDOW));
      Progress.await(engine, "timers fired", tally::count, instances);
      double seconds = Progress.seconds(begun);
      report
          .add("fire_seconds", seconds)
          .add("fired_per_second", Math.round(instances / seconds))
          .add("fire_cpu_micros", cpuMicros(cpu))
          .add("heap_mb_at_end", HeapMeter.usedMegabytes())
          .add("disk_mb_at_end", Folders.megabytes(data));
      awaitCommit(engine);
      return asleep & tally.isComplete();
    }
  }

  /** What an instance has cost since then. */
  private double cpuMicros(long cpuNanosBefore) {
    return (ProcessMeter.cpuNanos() - cpuNanosBefore) / 1e3 / instances;
  }

  /** Waits until what was done so far is committed, which what comes after it never is before. */
  private static void awaitCommit(StateFunEngine engine) {
    engine.send(Address.of(ScaleFunctions.SLEEPER, "last"), new ScaleFunctions.Nothing()).join();
  }

  private EventGenerator numbers() {
    TypeName sleeper = TypeName.parse(ScaleFunctions.SLEEPER);
    return new EventGenerator(
        INGRESS, number -> Address.of(sleeper, Long.toString(number)), types, workers, PARTITIONS);
  }

  /** When the timer of an instance is due: in random order, each at a time of its own. */
  private Instant due(long number) {
    long place = number * SHUFFLE % instances;
    return beginning.plus(FIRST_DUE).plusMillis(place * WINDOW.toMillis() / instances);
  }

  private StateFunEngine engine(FileSnapshotStore store, EventGenerator numbers)
      throws IOException {
    return StateFunEngine.builder(APPLICATION)
        .partitions(PARTITIONS)
        .workers(workers)
        .messageTypes(types)
        .clock(clock)
        .snapshotStore(store)
        .stateBackend(
            application ->
                RocksDbBackend.in(data.resolve("state"))
                    .incarnation(application.id().toString())
                    .open())
        .scratchFolder(Files.createDirectories(data.resolve("scratch")))
        .function(new ScaleFunctions.Sleeper(this::due))
        .ingress(numbers)
        .egress(ScaleFunctions.REPORTS, tally)
        .build();
  }

  /** The system's clock, which can be put forward. */
  private static final class MovableClock implements InstantSource {

    private volatile Duration ahead = Duration.ZERO;

    void putForward(Duration time) {
      ahead = ahead.plus(time);
    }

    @Override
    public Instant instant() {
      return InstantSource.system().instant().plus(ahead);
    }

    @Override
    public long millis() {
      return System.currentTimeMillis() + ahead.toMillis();
    }
  }
}
