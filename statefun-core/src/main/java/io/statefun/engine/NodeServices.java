/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.trace.Tracing;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of a node share. Immutable.
 *
 * @param clock tells the time
 * @param messageTypes knows how values are written
 * @param functions the functions
 * @param egressNames the names of the egresses
 * @param transactional the names of those whose records leave with the commit itself
 * @param cron reads cron expressions
 * @param limits the bounds
 * @param partitions how many partitions the application has
 * @param surroundings take what nobody here takes
 * @param unknownWait how long a message waits that this version cannot handle
 * @param unreadable remembers which state could not be read
 * @param savepoints remembers what became of savepoints
 * @param savepointPatience how long nothing of a savepoint may come before it is given up
 * @param times counts how workers spend their time
 * @param random draws what nobody can guess
 * @param tracing follows events; null if nobody does
 * @param deadLetterEgress by which dead letters leave; null if they only stay
 */
record NodeServices(
    InstantSource clock,
    MessageTypes messageTypes,
    FunctionTypes functions,
    Set<TypeName> egressNames,
    Set<TypeName> transactional,
    CronSchedule.Parser cron,
    EngineLimits limits,
    int partitions,
    Surroundings surroundings,
    Duration unknownWait,
    UnreadableStates unreadable,
    SavepointHistory savepoints,
    Duration savepointPatience,
    WorkerTimes times,
    RandomGenerator random,
    @Nullable Tracing tracing,
    @Nullable DeadLetterEgress deadLetterEgress) {

  /** Long enough for messages between processes to be read that have waited for some time. */
  static final Duration SAVEPOINT_PATIENCE = Duration.ofMinutes(10);

  /** The services of a node in whose place no other version will come. */
  NodeServices(
      InstantSource clock,
      MessageTypes messageTypes,
      FunctionTypes functions,
      Set<TypeName> egressNames,
      Set<TypeName> transactional,
      CronSchedule.Parser cron,
      EngineLimits limits,
      int partitions,
      Surroundings surroundings) {
    this(
        clock,
        messageTypes,
        functions,
        egressNames,
        transactional,
        cron,
        limits,
        partitions,
        surroundings,
        Duration.ZERO,
        new UnreadableStates(),
        new SavepointHistory(),
        SAVEPOINT_PATIENCE,
        new WorkerTimes(),
        new SecureRandom(),
        null,
        null);
  }

  /** The services of a node that stands for itself. */
  NodeServices(
      InstantSource clock,
      MessageTypes messageTypes,
      FunctionTypes functions,
      Set<TypeName> egressNames,
      CronSchedule.Parser cron,
      EngineLimits limits,
      int partitions) {
    this(
        clock,
        messageTypes,
        functions,
        egressNames,
        Set.of(),
        cron,
        limits,
        partitions,
        Surroundings.NOTHING);
  }

  /** The same services that draw from something else and are followed, for tests. */
  NodeServices with(RandomGenerator otherRandom, @Nullable Tracing otherTracing) {
    return new NodeServices(
        clock,
        messageTypes,
        functions,
        egressNames,
        transactional,
        cron,
        limits,
        partitions,
        surroundings,
        unknownWait,
        unreadable,
        savepoints,
        savepointPatience,
        times,
        otherRandom,
        otherTracing,
        deadLetterEgress);
  }

  /** The same services whose dead letters leave by an egress, for tests. */
  NodeServices with(DeadLetterEgress egress) {
    return new NodeServices(
        clock,
        messageTypes,
        functions,
        egressNames,
        transactional,
        cron,
        limits,
        partitions,
        surroundings,
        unknownWait,
        unreadable,
        savepoints,
        savepointPatience,
        times,
        random,
        tracing,
        egress);
  }

  /** The headers of a message that the calling thread sends from outside of any function. */
  Map<String, byte[]> headersFromOutside() {
    return tracing == null ? Map.of() : TraceHeader.carrying(tracing.current());
  }

  boolean hasEgress(TypeName name) {
    return egressNames.contains(name) || surroundings.takesRecords();
  }
}
