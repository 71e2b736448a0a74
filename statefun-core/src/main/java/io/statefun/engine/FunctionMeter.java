/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what became of the messages of a function, or of all functions elsewhere that were found
 * by the same namespace, since the process started. Each worker counts for itself; to read it takes
 * a sum, and may be done by any thread.
 *
 * <p>Durations are measured only if the engine is told to. A worker with much to do looks at the
 * clock for one invocation in {@value Cell#SAMPLE}, unless those of the function take so long that
 * it makes no difference; what it measures counts for those that it has not.
 */
public final class FunctionMeter {

  /** What the buckets of durations end with, in nanoseconds; behind the last is another one. */
  private static final long[] BOUNDS = {
    10_000L,
    50_000L,
    100_000L,
    500_000L,
    1_000_000L,
    5_000_000L,
    10_000_000L,
    50_000_000L,
    100_000_000L,
    500_000_000L,
    1_000_000_000L,
    5_000_000_000L
  };

  private final String name;
  private final boolean local;
  private final boolean measured;
  private final Traffic traffic;
  private final LongAdder retries = new LongAdder();
  private final LongAdder deadLetters = new LongAdder();

  /** By worker. */
  private volatile Cell[] cells = new Cell[0];

  /**
   * @param name the type of the function, or what stands for several
   * @param local whether it runs in this process
   * @param measured whether durations are measured
   */
  FunctionMeter(String name, boolean local, boolean measured) {
    this(name, local, measured, new Traffic(TypeName::toString));
  }

  /**
   * @param traffic where it is counted to whom the function sends
   */
  FunctionMeter(String name, boolean local, boolean measured, Traffic traffic) {
    this.name = name;
    this.local = local;
    this.measured = measured;
    this.traffic = traffic;
  }

  /** The bounds of the buckets, in nanoseconds, ascending. */
  public static List<Long> bounds() {
    return Arrays.stream(BOUNDS).boxed().toList();
  }

  /**
   * The type of the function; {@code namespace/*} for those elsewhere that were found by their
   * namespace; {@code unknown} for everything that belongs to no function.
   */
  public String name() {
    return name;
  }

  /** Whether the function runs in this process, so that its invocations have durations. */
  public boolean isLocal() {
    return local;
  }

  /** How many messages were handled. */
  public long handled() {
    return sum(Cell.HANDLED);
  }

  /** How many invocations, or calls of a function elsewhere, have failed. */
  public long failed() {
    return sum(Cell.FAILED);
  }

  /** How many of those are to be tried again. */
  public long retries() {
    return retries.sum();
  }

  /** How many messages were given up. */
  public long deadLetters() {
    return deadLetters.sum();
  }

  /** How many invocations the durations are of; up to some that are not measured yet. */
  public long measured() {
    return sum(Cell.MEASURED);
  }

  /** How long those took together, in nanoseconds. */
  public long nanos() {
    return sum(Cell.NANOS);
  }

  /** How many of those took no longer than one of the {@link #bounds}, in nanoseconds. */
  public long within(long bound) {
    long sum = 0;
    for (int bucket = 0; bucket < BOUNDS.length && BOUNDS[bucket] <= bound; bucket++) {
      sum += sum(Cell.BUCKETS + bucket);
    }
    return sum;
  }

  private long sum(int counter) {
    long sum = 0;
    for (Cell cell : cells) {
      sum += cell.get(counter);
    }
    return sum;
  }

  // Told by workers

  /** What a worker counts with. */
  Cell cell(int worker) {
    Cell[] known = cells;
    return worker < known.length ? known[worker] : addCells(worker);
  }

  private synchronized Cell addCells(int worker) {
    Cell[] known = cells;
    if (worker >= known.length) {
      Cell[] more = Arrays.copyOf(known, worker + 1);
      for (int i = known.length; i <= worker; i++) {
        more[i] = new Cell(measured && local, traffic.from(Traffic.Kind.FUNCTION, name, i));
      }
      cells = more;
      known = more;
    }
    return known[worker];
  }

  void retry() {
    retries.increment();
  }

  void deadLetter() {
    deadLetters.increment();
  }

  /** The counters of one worker, which alone writes them. */
  static final class Cell {

    /** How many invocations a measured one counts for. */
    static final int SAMPLE = 16;

    /** Beneath that the clock would take a part of the time that counts. */
    private static final long SHORT_NANOS = 20_000;

    private static final int HANDLED = 0;
    private static final int FAILED = 1;
    private static final int MEASURED = 2;
    private static final int NANOS = 3;
    private static final int BUCKETS = 4;

    /** So much apart that no two workers write to the same line of the cache. */
    private static final int APART = 8;

    private final AtomicLongArray counters =
        new AtomicLongArray(APART + BUCKETS + BOUNDS.length + 1 + APART);

    private final boolean measured;

    /** To whom the function sends. */
    final Outflow outflow;

    /** How many invocations there were since the last measured one. */
    private int skipped;

    private boolean isShort;
    private boolean measuring;
    private long begun;

    Cell(boolean measured, Outflow outflow) {
      this.measured = measured;
      this.outflow = outflow;
    }

    private long get(int counter) {
      return counters.get(APART + counter);
    }

    private void add(int counter, long more) {
      // Nobody else writes it.
      int index = APART + counter;
      counters.lazySet(index, counters.getPlain(index) + more);
    }

    /**
     * An invocation begins.
     *
     * @param busy whether many follow
     */
    void begin(boolean busy) {
      if (measured) {
        measuring = !busy || !isShort || skipped >= SAMPLE - 1;
        if (measuring) {
          begun = System.nanoTime();
        } else {
          skipped++;
        }
      }
    }

    /** It has ended. */
    void end(boolean success) {
      add(success ? HANDLED : FAILED, 1);
      if (measuring) {
        took(System.nanoTime() - begun);
      }
    }

    private void took(long nanos) {
      long count = skipped + 1L;
      skipped = 0;
      isShort = nanos < SHORT_NANOS;
      add(MEASURED, count);
      add(NANOS, nanos * count);
      int bucket = 0;
      while (bucket < BOUNDS.length && nanos > BOUNDS[bucket]) {
        bucket++;
      }
      add(BUCKETS + bucket, count);
    }

    /** Messages were handled elsewhere. */
    void handled(int messages) {
      add(HANDLED, messages);
    }

    /** A call of a function elsewhere has failed. */
    void failed() {
      add(FAILED, 1);
    }
  }
}
