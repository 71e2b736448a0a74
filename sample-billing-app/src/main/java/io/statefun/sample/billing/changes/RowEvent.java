/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.changes;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A change event that is generated.
 *
 * @param id the user
 * @param op Debezium's letter for it, or {@code t} for a tombstone
 * @param before the row before, if there was one
 * @param after the row after, if there is one
 * @param last whether it is the user's last
 * @param number its place in the source, from 0
 * @param versioned for a tombstone, whether it says where in the source it belongs
 */
record RowEvent(
    int id,
    char op,
    @Nullable Row before,
    @Nullable Row after,
    boolean last,
    long number,
    boolean versioned) {

  private static final long FIRST_LSN = 24_023_128;
  private static final long FIRST_MS = 1_767_225_600_000L;

  /** A row of the table. */
  record Row(int id, String status, String interval, int amountCents, int closedThrough) {

    String json() {
      return String.format(
          Locale.ROOT,
          "{\"id\":%d,\"email\":\"user%d@example.com\",\"status\":\"%s\",\"billing_interval\":\"%s\","
              + "\"amount_cents\":%d,\"closed_through\":%d}",
          id,
          id,
          status,
          interval,
          amountCents,
          closedThrough);
    }
  }

  static RowEvent of(int id, char op, @Nullable Row before, @Nullable Row after, boolean last) {
    return new RowEvent(id, op, before, after, last, 0, false);
  }

  RowEvent at(long place) {
    return new RowEvent(id, op, before, after, last, place, versioned);
  }

  RowEvent tombstone(boolean withVersion) {
    return new RowEvent(id, 't', null, null, last, number, withVersion);
  }

  String json() {
    String key = "{\"key\":{\"id\":" + id + "},\"value\":";
    if (op == 't') {
      return key + (versioned ? "null,\"headers\":{\"__lsn\":\"" + lsn() + "\"}}" : "null}");
    }
    return key + envelope() + "}";
  }

  private String envelope() {
    long ms = FIRST_MS + number * 97;
    return String.format(
        Locale.ROOT,
        "{\"before\":%s,\"after\":%s,\"source\":{\"version\":\"3.3.1.Final\","
            + "\"connector\":\"postgresql\",\"name\":\"shop\",\"ts_ms\":%d,\"snapshot\":\"%s\","
            + "\"db\":\"shop\",\"schema\":\"public\",\"table\":\"users\",\"txId\":%d,\"lsn\":%d,"
            + "\"xmin\":null},\"transaction\":null,\"op\":\"%s\",\"ts_ms\":%d}",
        json(before),
        json(after),
        ms,
        op == 'r',
        556 + number,
        lsn(),
        op,
        ms + 40);
  }

  private long lsn() {
    return FIRST_LSN + number * 56;
  }

  private static String json(@Nullable Row row) {
    return row == null ? "null" : row.json();
  }
}
