/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.bootstrap;

import io.statefun.state.StateBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The entries that all runs have of a partition, as one sequence in the order of the keys. */
final class RunMerge implements StateBackend.Cursor {

  private static final byte[] NOTHING = new byte[0];

  private final PriorityQueue<RunSection> sections =
      new PriorityQueue<>(Comparator.comparing(RunSection::key, Arrays::compareUnsigned));
  private final Runs.Joiner joiner;
  private byte[] key = NOTHING;
  private byte[] value = NOTHING;

  RunMerge(List<RunSection> sections, Runs.Joiner joiner) throws IOException {
    this.joiner = joiner;
    for (RunSection section : sections) {
      goOn(section);
    }
  }

  private void goOn(RunSection section) throws IOException {
    if (section.next()) {
      sections.add(section);
    }
  }

  @Override
  public boolean next() {
    RunSection first = sections.poll();
    if (first == null) {
      return false;
    }
    try {
      key = first.key();
      value = first.value();
      int source = first.source();
      goOn(first);
      joinOthers(source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return true;
  }

  /** Adds what other entries have under the same key. */
  private void joinOthers(int source) throws IOException {
    BitSet sources = null;
    for (RunSection next = sections.peek();
        next != null && Arrays.equals(next.key(), key);
        next = sections.peek()) {
      if (sources == null) {
        sources = new BitSet();
        sources.set(source);
      }
      value = joiner.join(key, sources.get(next.source()), value, next.value());
      sources.set(next.source());
      RunSection unused = sections.poll();
      goOn(next);
    }
  }

  @Override
  public byte[] key() {
    return key;
  }

  @Override
  public byte[] value() {
    return value;
  }

  @Override
  public void close() {
    sections.clear();
  }
}
