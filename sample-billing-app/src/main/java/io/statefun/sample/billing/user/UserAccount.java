/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.user;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a user. It stays when the row is gone, so that a user who comes back goes on in
 * the same calendar, and no payment id is ever used again.
 *
 * @param version of the last change
 * @param row the row, or null if it is gone
 * @param start when the first period began
 * @param closedThrough the last period whose payment, if there is one, is settled for good
 * @param schedule counts the schedules; tells the last one's end from that of one before
 * @param scheduledPeriod the period at whose end the next payment is scheduled, 0 for none
 * @param due how many payments were due
 * @param paid how many of them succeeded
 * @param givenUp how many of them were given up
 */
record UserAccount(
    Version version,
    @Nullable Subscription row,
    Instant start,
    int closedThrough,
    int schedule,
    int scheduledPeriod,
    int due,
    int paid,
    int givenUp) {

  static UserAccount startingAt(Instant start) {
    return new UserAccount(Version.NONE, null, start, 0, 0, 0, 0, 0, 0);
  }

  boolean closesByClock() {
    return row != null && row.closesByClock();
  }

  /** Whether a change tells something new. */
  boolean isNews(UserChange change) {
    Version changed = change.version();
    return changed == null ? row != null : changed.after(version);
  }

  UserAccount after(UserChange change) {
    Version changed = change.version();
    return new UserAccount(
        changed == null ? version : changed,
        change.row(),
        start,
        closedThrough,
        schedule,
        scheduledPeriod,
        due,
        paid,
        givenUp);
  }

  UserAccount closed(int through, int newlyDue) {
    return new UserAccount(
        version, row, start, through, schedule, scheduledPeriod, due + newlyDue, paid, givenUp);
  }

  UserAccount scheduled(int period) {
    return new UserAccount(
        version, row, start, closedThrough, schedule + 1, period, due, paid, givenUp);
  }

  UserAccount settled(boolean success) {
    return new UserAccount(
        version,
        row,
        start,
        closedThrough,
        schedule,
        scheduledPeriod,
        due,
        success ? paid + 1 : paid,
        success ? givenUp : givenUp + 1);
  }
}
