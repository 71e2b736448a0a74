/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.engine.EngineLoad;
import io.statefun.engine.FunctionMeter;
import io.statefun.engine.StateFunEngine;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * How the engine did in the last ten minutes, second by second. It is looked at all the time, also
 * if nobody looks at the console: that costs a few sums a second, and who comes because something
 * is wrong wants to see when it began.
 */
final class History implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(History.class);

  static final int KEPT = 600;
  private static final int RECENT = 10;

  private final StateFunEngine engine;
  private final CommitTimes commits;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private long next;
  private @Nullable Counters before;
  private @Nullable ScheduledExecutorService executor;

  History(StateFunEngine engine, CommitTimes commits) {
    this.engine = engine;
    this.commits = commits;
  }

  /** A second. What is a share is one of the time of all workers. */
  private record Sample(
      long time,
      double handled,
      double failed,
      double commits,
      @Nullable Double commitP50,
      @Nullable Double commitP99,
      long waiting,
      double limits,
      double mailboxes,
      double functions) {}

  /** What only grows. */
  private record Counters(long nanoTime, long handled, long failed, EngineLoad load) {}

  /**
   * Some of the seconds.
   *
   * @param first the number of the first of them
   * @param next the number of the one that is to come
   * @param kept how many are remembered
   * @param series by what they are about; null where there is no value
   */
  record Page(long first, long next, int kept, Map<String, List<@Nullable Object>> series) {}

  /** The seconds from a number on, as far as they are remembered. */
  synchronized Page since(long number) {
    long oldest = next - samples.size();
    long first = number > next ? oldest : Math.max(oldest, number);
    List<Sample> some = samples.stream().skip(first - oldest).toList();
    Map<String, List<@Nullable Object>> series = new LinkedHashMap<>();
    series.put("time", column(some, Sample::time));
    series.put("handled", column(some, Sample::handled));
    series.put("failed", column(some, Sample::failed));
    series.put("commits", column(some, Sample::commits));
    series.put("commitP50", column(some, Sample::commitP50));
    series.put("commitP99", column(some, Sample::commitP99));
    series.put("waiting", column(some, Sample::waiting));
    series.put("limits", column(some, Sample::limits));
    series.put("mailboxes", column(some, Sample::mailboxes));
    series.put("functions", column(some, Sample::functions));
    return new Page(first, next, KEPT, series);
  }

  private static List<@Nullable Object> column(
      List<Sample> samples, Function<Sample, @Nullable Object> value) {
    List<@Nullable Object> column = new ArrayList<>(samples.size());
    samples.forEach(sample -> column.add(rounded(value.apply(sample))));
    return column;
  }

  private static @Nullable Object rounded(@Nullable Object value) {
    return value instanceof Double number ? (Object) (Math.round(number * 1_000) / 1_000.0) : value;
  }

  /** For what share of the last seconds workers handled nothing, as something was at its limit. */
  synchronized double recentlyLimited() {
    return samples.stream()
        .skip(Math.max(0, samples.size() - RECENT))
        .mapToDouble(Sample::limits)
        .average()
        .orElse(0);
  }

  /** Looks at the engine. */
  synchronized void sample() {
    Counters now = counters();
    Counters then = before;
    before = now;
    CommitTimes.Spread spread = commits.drain();
    if (then == null) {
      return;
    }
    double seconds = Math.max(1e-3, (now.nanoTime() - then.nanoTime()) / 1e9);
    samples.addLast(
        new Sample(
            System.currentTimeMillis(),
            (now.handled() - then.handled()) / seconds,
            (now.failed() - then.failed()) / seconds,
            spread.count() / seconds,
            spread.millis(0.5),
            spread.millis(0.99),
            now.load().waitingMessages(),
            share(now, then, EngineLoad::limited, seconds),
            share(now, then, EngineLoad::crowded, seconds),
            share(now, then, EngineLoad::heldUp, seconds)));
    next++;
    if (samples.size() > KEPT) {
      samples.removeFirst();
    }
  }

  private Counters counters() {
    long handled = 0;
    long failed = 0;
    for (FunctionMeter meter : engine.functions()) {
      handled += meter.handled();
      failed += meter.failed();
    }
    return new Counters(System.nanoTime(), handled, failed, engine.load());
  }

  private static double share(
      Counters now, Counters then, Function<EngineLoad, Duration> part, double seconds) {
    Duration spent = part.apply(now.load()).minus(part.apply(then.load()));
    double all = seconds * Math.max(1, now.load().workers());
    return Math.max(0, Math.min(1, spent.toNanos() / 1e9 / all));
  }

  // Life

  @Override
  public synchronized void start() {
    if (executor == null) {
      ScheduledExecutorService started =
          Executors.newSingleThreadScheduledExecutor(History::newThread);
      executor = started;
      var unused = started.scheduleAtFixedRate(this::trySample, 0, 1, TimeUnit.SECONDS);
    }
  }

  private void trySample() {
    try {
      sample();
    } catch (RuntimeException e) {
      log.debug("The engine could not be looked at", e);
    }
  }

  private static Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "statefun-console");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public synchronized void stop() {
    if (executor != null) {
      executor.shutdownNow();
      executor = null;
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return executor != null;
  }
}
