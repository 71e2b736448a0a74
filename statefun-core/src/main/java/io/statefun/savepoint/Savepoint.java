/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.savepoint;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A complete savepoint: a consistent copy of all that an application holds, from which it can go on
 * anywhere. Immutable.
 *
 * @param number grows from savepoint to savepoint of an application
 * @param application the application's name
 * @param request who asked for it, as {@link #SCHEDULED}, or a unique name
 * @param begun when it was begun
 * @param created when it was complete
 * @param parts its parts, in the order of their partitions, one for each
 */
public record Savepoint(
    long number,
    String application,
    String request,
    Instant begun,
    Instant created,
    List<Part> parts) {

  /** The request of a savepoint that nobody asked for but the schedule. */
  public static final String SCHEDULED = "schedule";

  public Savepoint {
    parts = List.copyOf(parts);
  }

  /** How many partitions the application had. */
  public int partitions() {
    return parts.size();
  }

  /** How long it took; nothing if the clock went back. */
  public Duration took() {
    return created.isAfter(begun) ? Duration.between(begun, created) : Duration.ZERO;
  }

  /** How many bytes it takes, roughly. */
  public long bytes() {
    return parts.stream().mapToLong(part -> part.bytes() + part.channelBytes()).sum();
  }

  /**
   * The part of a partition.
   *
   * @param epoch the last epoch of its node that the part has
   * @param bytes how many bytes its state takes, roughly
   * @param channelBytes how many bytes the messages take that were on their way to it
   */
  public record Part(int partition, long epoch, long bytes, long channelBytes) {}
}
