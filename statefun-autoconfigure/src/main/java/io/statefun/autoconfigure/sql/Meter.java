/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.calcite.linq4j.AbstractEnumerable;
import org.apache.calcite.linq4j.Enumerable;
import org.apache.calcite.linq4j.Enumerator;
import org.apache.calcite.linq4j.Linq4j;
import org.apache.calcite.linq4j.function.Function1;
import org.jspecify.annotations.Nullable;

/** Stands between two operators of a plan and sees to it that a statement keeps its allowance. */
interface Meter extends Function1<Enumerable<@Nullable Object>, Enumerable<@Nullable Object>> {

  /** Stops what takes rows when the statement is to stop. */
  static Meter stopping(Allowance allowance) {
    return rows -> passing(rows, row -> allowance.check());
  }

  /** For what holds all rows. */
  static Meter holding(Allowance allowance) {
    return rows ->
        passing(
            rows,
            row -> {
              allowance.check();
              allowance.hold(row);
            });
  }

  /**
   * For what holds something for each group of rows.
   *
   * @param keys which columns tell the group
   * @param columns how many there are
   */
  static Meter grouping(Allowance allowance, List<Integer> keys, int columns) {
    return rows -> {
      Set<List<@Nullable Object>> groups = new HashSet<>();
      return passing(
          rows,
          row -> {
            allowance.check();
            List<@Nullable Object> group = new ArrayList<>(keys.size());
            for (int key : keys) {
              group.add(columns == 1 || !(row instanceof Object[] all) ? row : all[key]);
            }
            if (groups.add(group)) {
              allowance.hold(group);
            }
          });
    };
  }

  /** Holds all rows itself, for what goes through them again and again. */
  static Meter keeping(Allowance allowance) {
    return rows ->
        new AbstractEnumerable<>() {
          private @Nullable List<@Nullable Object> kept;

          @Override
          public Enumerator<@Nullable Object> enumerator() {
            List<@Nullable Object> all = kept;
            if (all == null) {
              all = new ArrayList<>();
              try (Enumerator<@Nullable Object> each = rows.enumerator()) {
                while (each.moveNext()) {
                  allowance.hold(each.current());
                  all.add(each.current());
                }
              }
              kept = all;
            }
            return new Passing(Linq4j.enumerator(all), row -> allowance.check());
          }
        };
  }

  private static Enumerable<@Nullable Object> passing(
      Enumerable<@Nullable Object> rows, Look look) {
    return new AbstractEnumerable<>() {
      @Override
      public Enumerator<@Nullable Object> enumerator() {
        return new Passing(rows.enumerator(), look);
      }
    };
  }

  /** Looks at a row that passes. */
  interface Look {
    void at(@Nullable Object row);
  }

  /** Rows that are looked at as they pass. */
  record Passing(Enumerator<@Nullable Object> rows, Look look)
      implements Enumerator<@Nullable Object> {

    @Override
    public @Nullable Object current() {
      return rows.current();
    }

    @Override
    public boolean moveNext() {
      if (!rows.moveNext()) {
        return false;
      }
      look.at(rows.current());
      return true;
    }

    @Override
    public void reset() {
      rows.reset();
    }

    @Override
    public void close() {
      rows.close();
    }
  }
}
