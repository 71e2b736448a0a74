/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import java.time.InstantSource;
import java.util.Set;

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
    Surroundings surroundings) {

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

  boolean hasEgress(TypeName name) {
    return egressNames.contains(name) || surroundings.takesRecords();
  }
}
