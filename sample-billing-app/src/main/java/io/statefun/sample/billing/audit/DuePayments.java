/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.audit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which payments are due, by the change events alone.
 *
 * <p>Events are taken in the order in which they stand. One whose position in the source is not
 * behind that of the user's last counts for nothing. Of a user's periods 1, 2, 3 … up to the limit,
 * an event closes those up to its {@code closed_through} that no event before has closed, and for a
 * closed period a payment is due if the row of that event is active and the interval (1, 3 or 12
 * periods) divides the period's number. A deleted row closes nothing.
 */
final class DuePayments {

  private static final Map<String, Integer> INTERVALS =
      Map.of("MONTHLY", 1, "QUARTERLY", 3, "YEARLY", 12);
  private static final Set<String> STATUSES = Set.of("ACTIVE", "PAUSED", "CANCELLED");
  private static final Set<String> OPS = Set.of("c", "u", "r", "d");

  private final int limit;
  private final Map<String, User> users = new HashMap<>();
  private final Map<String, Long> amounts = new TreeMap<>();
  private final Set<String> closedByClock = new HashSet<>();
  private int rejected;

  private static final class User {
    private long lsn = -1;
    private long timeMs = -1;
    private long closed;
  }

  private record Terms(boolean active, int interval, long amount, @Nullable Long closedThrough) {

    static Terms of(Map<String, @Nullable Object> row) {
      Object status = row.get("status");
      if (!STATUSES.contains(String.valueOf(status)) || number(row, "amount_cents") < 0) {
        throw new IllegalArgumentException("Not a row: " + row);
      }
      return new Terms(
          "ACTIVE".equals(status),
          Objects.requireNonNull(INTERVALS.get(String.valueOf(row.get("billing_interval")))),
          number(row, "amount_cents"),
          (Long) row.get("closed_through"));
    }
  }

  DuePayments(int limit) {
    this.limit = limit;
  }

  int users() {
    return users.size();
  }

  /** The amount of each payment that is due, by the payment's id. */
  Map<String, Long> amounts() {
    return amounts;
  }

  /** How many lines were no events. */
  int rejected() {
    return rejected;
  }

  /** Users whose rows leave it to the clock what is due; about these the input does not tell. */
  Set<String> closedByClock() {
    return closedByClock;
  }

  void add(String line) {
    if (line.isBlank()) {
      return;
    }
    try {
      event(unwrap(map(Json.parse(line))));
    } catch (RuntimeException e) {
      rejected++;
    }
  }

  private void event(Map<String, @Nullable Object> event) {
    if (!event.containsKey("key")) {
      change(event, null);
      return;
    }
    String id = id(unwrap(Json.object(event, "key")));
    Object value = event.get("value");
    Map<String, @Nullable Object> envelope = value == null ? null : unwrap(map(value));
    if (envelope == null || envelope.isEmpty()) {
      tombstone(Objects.requireNonNull(id), Json.object(event, "headers").get("__lsn"));
    } else {
      change(envelope, id);
    }
  }

  private void tombstone(String id, @Nullable Object lsn) {
    User user = users.computeIfAbsent(id, key -> new User());
    if (lsn != null) {
      advance(user, Long.parseLong(lsn.toString()), 0);
    }
  }

  private void change(Map<String, @Nullable Object> envelope, @Nullable String key) {
    String op = String.valueOf(envelope.get("op"));
    boolean deleted = op.equals("d");
    if (!OPS.contains(op)) {
      throw new IllegalArgumentException("op " + op);
    }
    Map<String, @Nullable Object> row = Json.object(envelope, deleted ? "before" : "after");
    String rowId = id(row);
    String id = Objects.requireNonNull(rowId == null ? key : rowId);
    Map<String, @Nullable Object> source = Json.object(envelope, "source");
    Terms terms = deleted ? null : Terms.of(row);
    User user = users.computeIfAbsent(id, unused -> new User());
    boolean later = advance(user, number(source, "lsn"), number(source, "ts_ms"));
    if (later && terms != null) {
      close(id, user, terms);
    }
  }

  private void close(String id, User user, Terms terms) {
    Long closedThrough = terms.closedThrough();
    if (closedThrough == null) {
      closedByClock.add(id);
      return;
    }
    long through = Math.min(limit, closedThrough);
    for (long period = user.closed + 1; period <= through; period++) {
      if (terms.active() && period % terms.interval() == 0) {
        amounts.put("u" + id + "-p" + period, terms.amount());
      }
    }
    user.closed = Math.max(user.closed, through);
  }

  private static boolean advance(User user, long lsn, long timeMs) {
    boolean later = lsn > user.lsn || (lsn == user.lsn && timeMs > user.timeMs);
    if (later) {
      user.lsn = lsn;
      user.timeMs = timeMs;
    }
    return later;
  }

  private static Map<String, @Nullable Object> unwrap(Map<String, @Nullable Object> value) {
    return value.containsKey("payload") ? Json.object(value, "payload") : value;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, @Nullable Object> map(@Nullable Object value) {
    return (Map<String, @Nullable Object>) Objects.requireNonNull(value);
  }

  private static @Nullable String id(Map<String, @Nullable Object> row) {
    Object id = row.get("id");
    return id == null ? null : id.toString();
  }

  private static long number(Map<String, @Nullable Object> object, String name) {
    return object.get(name) instanceof Long value ? value : 0;
  }
}
