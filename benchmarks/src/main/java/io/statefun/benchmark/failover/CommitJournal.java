/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.failover;

import io.statefun.engine.EngineListener;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes when the node has committed, and how long that took. */
public final class CommitJournal implements EngineListener, AutoCloseable {

  private final BufferedWriter out;

  CommitJournal(Path file) throws IOException {
    this.out = Files.newBufferedWriter(file);
  }

  @Override
  public synchronized void committed(long nanos, long bytes) {
    try {
      out.write(System.nanoTime() + " " + nanos + "\n");
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    out.close();
  }

  /**
   * The longest time without a commit under way, in milliseconds.
   *
   * @param from in nanoseconds of this machine
   * @param to in nanoseconds of this machine
   */
  public static double longestPause(Path file, long from, long to) throws IOException {
    List<long[]> commits = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      String[] fields = line.split(" ", -1);
      commits.add(new long[] {Long.parseLong(fields[0]), Long.parseLong(fields[1])});
    }
    long longest = 0;
    for (int i = 1; i < commits.size(); i++) {
      long begun = commits.get(i)[0] - commits.get(i)[1];
      if (begun >= from && commits.get(i)[0] <= to) {
        longest = Math.max(longest, begun - commits.get(i - 1)[0]);
      }
    }
    return longest / 1e6;
  }
}
