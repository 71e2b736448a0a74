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

/** Writes when the node has committed. */
public final class CommitJournal implements EngineListener, AutoCloseable {

  private final BufferedWriter out;

  CommitJournal(Path file) throws IOException {
    this.out = Files.newBufferedWriter(file);
  }

  @Override
  public synchronized void committed(Commit commit) {
    try {
      out.write(System.nanoTime() + "\n");
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
   * The longest time in which nothing was committed, in milliseconds.
   *
   * @param from in nanoseconds of this machine
   * @param to in nanoseconds of this machine
   */
  public static double longestPause(Path file, long from, long to) throws IOException {
    long longest = 0;
    long before = Long.MAX_VALUE;
    for (String line : Files.readAllLines(file)) {
      long committed = Long.parseLong(line);
      if (before >= from && committed <= to) {
        longest = Math.max(longest, committed - before);
      }
      before = committed;
    }
    return longest / 1e6;
  }
}
