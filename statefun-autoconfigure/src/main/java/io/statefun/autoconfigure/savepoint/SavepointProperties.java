/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.savepoint;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.scheduling.support.CronExpression;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;

/**
 * The properties of savepoints.
 *
 * @param schedule The cron expression, of six fields, that says when savepoints are taken. Without
 *     one, they are taken only when somebody asks.
 * @param retain The number of scheduled savepoints to keep. Those that somebody asked for stay
 *     until they are deleted.
 * @param timeout The time after which one that was asked for is no longer waited for, and that
 *     nothing of one may come before it is given up.
 */
@ConfigurationProperties("statefun.savepoint")
public record SavepointProperties(
    @Nullable String schedule, @DefaultValue("7") int retain, @DefaultValue("10m") Duration timeout)
    implements Validator {

  @Override
  public boolean supports(Class<?> type) {
    return type == SavepointProperties.class;
  }

  @Override
  public void validate(Object target, Errors errors) {
    if (schedule != null && !CronExpression.isValidExpression(schedule)) {
      errors.rejectValue(
          "schedule",
          "cron",
          "must be a cron expression of six fields, as '0 0 3 * * *' for 3 o'clock each night");
    }
    if (retain < 1) {
      errors.rejectValue("retain", "min", "must be at least 1");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      errors.rejectValue("timeout", "min", "must be longer than nothing");
    }
  }
}
