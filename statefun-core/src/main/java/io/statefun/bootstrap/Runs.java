/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.bootstrap;

import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.StateBackend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a bootstrap in the snapshot store, numbered from 1. Each says how far the source was
 * read when it and all before it were made. A number is given once, to whoever creates the run
 * first: so of several processes that read the same, what one has read counts, and none of it
 * twice.
 */
public final class Runs {

  /** What the names of all that belongs to bootstraps begin with. */
  public static final String FOLDER = "savepoints/bootstrap/";

  private static final String RUNS = "/runs/";

  /** How many bytes of all runs together are at hand while they are merged. */
  private static final int MERGED_BYTES = 32 * 1024 * 1024;

  private static final int LEAST_AT_ONCE = 8 * 1024;
  private static final int MOST_AT_ONCE = 512 * 1024;

  private final SnapshotStore store;
  private final String prefix;

  /**
   * @param job tells what is gathered from anything else; letters and digits
   */
  public Runs(SnapshotStore store, String job) {
    this.store = store;
    this.prefix = FOLDER + job + RUNS;
  }

  private String name(long number) {
    return prefix + String.format("%010d", number);
  }

  /** The number of the newest run; 0 if there is none. */
  public long newest() throws IOException {
    List<String> names = store.list(prefix);
    return names.isEmpty()
        ? 0
        : Long.parseLong(names.get(names.size() - 1), prefix.length(), prefix.length() + 10, 10);
  }

  /** What a run says of the progress; null if there is no run of that number. */
  public byte @Nullable [] progress(long number) throws IOException {
    return store.size(name(number)) < 0 ? null : StoredRun.open(store, name(number)).progress();
  }

  /**
   * Makes a run durable.
   *
   * @return whether its number was free
   */
  public boolean create(long number, Run run) throws IOException {
    return store.create(name(number), run);
  }

  /**
   * Opens what the runs have of partitions.
   *
   * @param newest the number of the newest run
   */
  public Merger open(long newest) throws IOException {
    List<StoredRun> runs = new ArrayList<>();
    for (long number = 1; number <= newest; number++) {
      runs.add(StoredRun.open(store, name(number)));
    }
    int atOnce = MERGED_BYTES / Math.max(1, runs.size());
    return new Merger(runs, Math.min(MOST_AT_ONCE, Math.max(LEAST_AT_ONCE, atOnce)));
  }

  /** Deletes the runs of all bootstraps in a store. */
  public static void deleteAll(SnapshotStore store) throws IOException {
    for (String name : store.list(FOLDER)) {
      if (name.contains(RUNS)) {
        store.delete(name);
      }
    }
  }

  /** Reads runs together. */
  public static final class Merger {

    private final List<StoredRun> runs;
    private final int bytesAtOnce;

    private Merger(List<StoredRun> runs, int bytesAtOnce) {
      this.runs = runs;
      this.bytesAtOnce = bytesAtOnce;
    }

    /** What they have of a partition, in the order of the keys. */
    public StateBackend.Cursor partition(int partition, Joiner joiner) throws IOException {
      List<RunSection> sections = new ArrayList<>();
      for (StoredRun run : runs) {
        sections.add(run.section(partition, bytesAtOnce));
      }
      return new RunMerge(sections, joiner);
    }
  }

  /** Knows what two entries of one key make together. */
  @FunctionalInterface
  public interface Joiner {

    /**
     * Joins two values of one key.
     *
     * @param sameSource whether the second one comes from a source that the first one has something
     *     from
     * @throws RuntimeException if there must be only one
     */
    byte[] join(byte[] key, boolean sameSource, byte[] value, byte[] other);
  }
}
