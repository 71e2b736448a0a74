/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.function;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages that an instance sends itself later, each under a name. Setting a reminder under a name
 * that is taken replaces the one before. Reminders survive restarts for years and cost no memory
 * while they wait. A repeated reminder whose time passed while the application was down is
 * delivered once, then goes on in its rhythm.
 */
public interface Reminders {

  /** Sends the message once, at a time; at once if the time has passed. */
  void at(String name, Instant time, Object message);

  /** Sends the message once, after a delay. */
  void after(String name, Duration delay, Object message);

  /**
   * Sends the message again and again, first after one period.
   *
   * @throws IllegalArgumentException if the period is not at least one millisecond
   */
  void every(String name, Duration period, Object message);

  /**
   * Sends the message whenever a cron expression of six fields (second, minute, hour, day of month,
   * month, day of week) matches.
   *
   * @throws IllegalArgumentException if the expression cannot be read or never matches
   */
  void cron(String name, String expression, ZoneId zone, Object message);

  /** Cancels the reminder of that name; nothing happens if there is none. */
  void cancel(String name);

  /** The reminders that wait, by name. */
  List<Reminder> list();

  /**
   * A reminder that waits.
   *
   * @param name its name
   * @param next when it is due next
   * @param period the period of a periodic one, otherwise null
   * @param cron the expression of a cron one, otherwise null
   */
  record Reminder(String name, Instant next, @Nullable Duration period, @Nullable String cron) {}
}
