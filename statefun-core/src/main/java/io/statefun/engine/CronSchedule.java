/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/** When a cron expression matches. */
@FunctionalInterface
public interface CronSchedule {

  /**
   * The first time after the given one at which the expression matches, or null if it never does.
   */
  @Nullable ZonedDateTime next(ZonedDateTime after);

  /** Reads cron expressions: the port to a library that knows them. */
  @FunctionalInterface
  interface Parser {

    /**
     * Reads an expression of six fields: second, minute, hour, day of month, month, day of week.
     *
     * @throws IllegalArgumentException if it cannot be read
     */
    CronSchedule parse(String expression);
  }
}
