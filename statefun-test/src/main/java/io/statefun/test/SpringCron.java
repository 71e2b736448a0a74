/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import io.statefun.engine.CronSchedule;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;

/** Reads cron expressions with Spring's reader. */
final class SpringCron {

  private SpringCron() {}

  /** The reader, or null if Spring is not on the class path. */
  static CronSchedule.@Nullable Parser load() {
    try {
      Class.forName("org.springframework.scheduling.support.CronExpression");
    } catch (ClassNotFoundException e) {
      return null;
    }
    return Reader::parse;
  }

  private static final class Reader {
    static CronSchedule parse(String expression) {
      return CronExpression.parse(expression)::next;
    }
  }
}
