/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What a statement may take: time, until it is stopped, and memory. The thread of the statement
 * asks; any other may stop it.
 */
final class Allowance {

  private static final int OBJECT = 32;

  private final AtomicBoolean stopped = new AtomicBoolean();
  private final long maxBytes;
  private long bytes;
  private long unreadable;
  private long partial;

  Allowance(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  void stop() {
    stopped.set(true);
  }

  /** What becomes true when the statement is to stop. */
  AtomicBoolean stopped() {
    return stopped;
  }

  /**
   * Goes on.
   *
   * @throws CancellationException if the statement is to stop
   */
  void check() {
    if (stopped.get()) {
      throw new CancellationException("The statement was stopped");
    }
  }

  /**
   * Takes memory for a value, until the statement is done.
   *
   * @throws InvalidSqlException if it has too much already
   */
  void hold(@Nullable Object value) {
    bytes += size(value);
    if (bytes > maxBytes) {
      throw new InvalidSqlException(
          "It sorts, joins, groups or answers with more than "
              + maxBytes
              + " bytes, which is all that a statement may hold. Ask for less, or for fewer rows");
    }
  }

  private static long size(@Nullable Object value) {
    if (value instanceof String text) {
      return OBJECT + 2L * text.length();
    }
    if (value instanceof Object[] fields) {
      long size = OBJECT;
      for (Object field : fields) {
        size += size(field);
      }
      return size;
    }
    if (value instanceof Collection<?> entries) {
      return OBJECT + entries.stream().mapToLong(Allowance::size).sum();
    }
    if (value instanceof Map<?, ?> map) {
      return OBJECT + size(map.keySet()) + size(map.values()) + OBJECT * (long) map.size();
    }
    return OBJECT;
  }

  void addUnreadable(long states) {
    unreadable += states;
  }

  void addPartial() {
    partial++;
  }

  long unreadable() {
    return unreadable;
  }

  long partial() {
    return partial;
  }
}
