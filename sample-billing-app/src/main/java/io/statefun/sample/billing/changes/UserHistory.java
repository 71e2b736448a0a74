/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.changes;

import io.statefun.sample.billing.changes.RowEvent.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What happens to one generated user. Each row says through which period its books are closed; the
 * last row of a user who stays closes all.
 */
final class UserHistory {

  private static final int ALL_CLOSED = 12;

  private final int id;
  private final Random random;
  private final List<RowEvent> events = new ArrayList<>();
  private @Nullable Row row;

  UserHistory(int id, Random random) {
    this.id = id;
    this.random = random;
  }

  List<RowEvent> events() {
    boolean known = random.nextInt(10) < 6;
    boolean settled = random.nextInt(10) < 3;
    add(known ? 'r' : 'c', newRow(settled ? ALL_CLOSED : 0), settled);
    if (!settled) {
      live();
    }
    return events;
  }

  private void live() {
    while (random.nextInt(100) < 45) {
      add('u', changed(), false);
    }
    boolean leaves = random.nextInt(100) < 8;
    boolean comesBack = random.nextInt(10) < 3;
    if (leaves) {
      add('d', null, !comesBack);
    }
    if (!leaves || comesBack) {
      Row last = leaves ? newRow(0) : current();
      add(leaves ? 'c' : 'u', closed(last, ALL_CLOSED), true);
    }
  }

  private void add(char op, @Nullable Row after, boolean last) {
    events.add(RowEvent.of(id, op, row, after, last));
    row = after;
  }

  private Row newRow(int closedThrough) {
    String status = random.nextInt(10) < 9 ? "ACTIVE" : "PAUSED";
    return new Row(id, status, interval(), 500 + 100 * random.nextInt(40), closedThrough);
  }

  private String interval() {
    int chance = random.nextInt(100);
    return chance < 65 ? "MONTHLY" : chance < 92 ? "QUARTERLY" : "YEARLY";
  }

  private Row changed() {
    Row old = current();
    Row next =
        switch (random.nextInt(4)) {
          case 0 -> new Row(id, old.status(), interval(), old.amountCents(), 0);
          case 1 -> new Row(id, otherStatus(old), old.interval(), old.amountCents(), 0);
          case 2 -> new Row(id, old.status(), old.interval(), old.amountCents() + 100, 0);
          default -> old;
        };
    return closed(next, Math.min(ALL_CLOSED, old.closedThrough() + random.nextInt(2)));
  }

  private String otherStatus(Row old) {
    if (!old.status().equals("ACTIVE")) {
      return "ACTIVE";
    }
    return random.nextBoolean() ? "PAUSED" : "CANCELLED";
  }

  private Row current() {
    Row current = row;
    if (current == null) {
      throw new IllegalStateException("User " + id + " has no row");
    }
    return current;
  }

  private static Row closed(Row row, int through) {
    return new Row(row.id(), row.status(), row.interval(), row.amountCents(), through);
  }
}
