/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.adapter.enumerable.EnumerableInterpretable;
import org.apache.calcite.adapter.enumerable.EnumerableRel;
import org.apache.calcite.linq4j.Enumerator;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.runtime.Bindable;
import org.apache.calcite.sql.SqlExplain;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParseException;
import org.jspecify.annotations.Nullable;

/** A statement, which is run once. */
final class Statement {

  private final String sql;
  private final List<? extends @Nullable Object> parameters;
  private final Tables tables;
  private final Allowance allowance;
  private final int maxRows;

  Statement(
      String sql,
      List<? extends @Nullable Object> parameters,
      Tables tables,
      Allowance allowance,
      int maxRows) {
    this.sql = sql;
    this.parameters = parameters;
    this.tables = tables;
    this.allowance = allowance;
    this.maxRows = maxRows;
  }

  /**
   * Runs it.
   *
   * @throws InvalidSqlException if it cannot be run
   * @throws java.util.concurrent.CancellationException if it was stopped
   * @throws ScanRows.PageFailedException if instances could not be had
   */
  SqlRows run() {
    try {
      SqlNode parsed = SqlPlanner.parse(sql);
      boolean explain = parsed instanceof SqlExplain;
      SqlNode query = explain ? ((SqlExplain) parsed).getExplicandum() : parsed;
      AllowedSql.check(query);
      SqlPlanner planner = new SqlPlanner(tables, allowance);
      SqlPlanner.Plan plan = planner.plan(Parameters.into(query, parameters), maxRows + 1);
      return explain ? explained(plan.rel()) : rows(plan, planner.types());
    } catch (SqlParseException
        | RuntimeException
        | AssertionError
        | StackOverflowError
        | ExceptionInInitializerError e) {
      throw SqlFailures.of(e, allowance);
    }
  }

  private static SqlRows explained(EnumerableRel plan) {
    List<List<@Nullable Object>> lines = new ArrayList<>();
    RelOptUtil.toString(plan).lines().forEach(line -> lines.add(new ArrayList<>(List.of(line))));
    return new SqlRows(List.of(new SqlRows.Column("PLAN", "VARCHAR")), lines, false, 0, 0);
  }

  private SqlRows rows(SqlPlanner.Plan plan, SqlTypes types) {
    Map<String, Object> stash = new HashMap<>();
    Bindable<?> code =
        EnumerableInterpretable.toBindable(stash, null, plan.rel(), EnumerableRel.Prefer.ARRAY);
    allowance.check();
    List<RelDataTypeField> fields = plan.type().getFieldList();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    boolean more = false;
    try (Enumerator<?> each = code.bind(new Surroundings(types, stash, allowance)).enumerator()) {
      while (!more && each.moveNext()) {
        allowance.check();
        more = rows.size() == maxRows;
        if (!more) {
          rows.add(row(each.current(), fields));
        }
      }
    }
    return new SqlRows(columns(fields), rows, more, allowance.unreadable(), allowance.partial());
  }

  private List<@Nullable Object> row(@Nullable Object row, List<RelDataTypeField> fields) {
    allowance.hold(row);
    List<@Nullable Object> values = new ArrayList<>(fields.size());
    for (int at = 0; at < fields.size(); at++) {
      // A row with one column is the value itself.
      Object value = fields.size() > 1 && row instanceof Object[] all ? all[at] : row;
      values.add(SqlValues.of(value, fields.get(at).getType()));
    }
    return values;
  }

  private static List<SqlRows.Column> columns(List<RelDataTypeField> fields) {
    return fields.stream()
        .map(field -> new SqlRows.Column(field.getName(), SqlValues.name(field.getType())))
        .toList();
  }
}
