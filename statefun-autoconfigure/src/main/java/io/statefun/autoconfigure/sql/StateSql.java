/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import io.statefun.engine.StateFunEngine;
import io.statefun.message.TypeName;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.apache.calcite.linq4j.AbstractEnumerable;
import org.apache.calcite.linq4j.Enumerable;
import org.apache.calcite.linq4j.Enumerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks by SQL what functions know. Each function of this application is a table, under its name in
 * double quotes; each of its instances, in whichever process, is a row; the column {@code id} and
 * one for each state are what it has.
 *
 * <pre>{@code
 * CompletableFuture<SqlRows> rich =
 *     sql.query("select id, a.balance.amount from \"bank/account\" a where a.balance.amount > ?", 100);
 * }</pre>
 *
 * <p>It sees what is committed: each instance as of one commit, and two instances, or two tables,
 * perhaps as of two. It changes nothing and holds up nobody. May be used by any thread.
 */
public final class StateSql implements AutoCloseable {

  private final StateFunEngine engine;
  private final InstanceSource source;
  private final SqlProperties properties;
  private final StateTypes types;
  private final JsonMapper mapper;
  private final Statements statements;
  private final Predicate<TypeName> visible;

  StateSql(
      StateFunEngine engine, InstanceSource source, JsonMapper mapper, SqlProperties properties) {
    this(
        engine,
        source,
        mapper,
        properties,
        new StateTypes(mapper),
        new Statements(properties),
        any -> true);
  }

  private StateSql(
      StateFunEngine engine,
      InstanceSource source,
      JsonMapper mapper,
      SqlProperties properties,
      StateTypes types,
      Statements statements,
      Predicate<TypeName> visible) {
    this.engine = engine;
    this.source = source;
    this.mapper = mapper;
    this.properties = properties;
    this.types = types;
    this.statements = statements;
    this.visible = visible;
  }

  /** The same for some of the functions: for it there are no others. */
  public StateSql over(Predicate<TypeName> functions) {
    return new StateSql(
        engine, source, mapper, properties, types, statements, visible.and(functions));
  }

  /**
   * Runs a query.
   *
   * @param sql a {@code SELECT}, {@code VALUES} or {@code WITH}, or {@code EXPLAIN PLAN FOR} one
   * @param parameters for its question marks: texts, numbers, truths, {@code LocalDate}, {@code
   *     LocalDateTime} and {@code Instant}, which is taken as it reads in UTC, and null
   * @return completes with the rows; exceptionally with an {@link InvalidSqlException} if it cannot
   *     be understood or asks for too much, with a {@link RejectedExecutionException} if too many
   *     statements run, with what {@link io.statefun.engine.StateQueries#trees} fails with if the
   *     instances cannot be had at the moment, and with a {@code TimeoutException} after {@code
   *     statefun.sql.timeout}. To cancel it ends the statement.
   */
  public CompletableFuture<SqlRows> query(String sql, @Nullable Object... parameters) {
    return query(sql, Arrays.asList(parameters));
  }

  /** The same with parameters in a list. */
  public CompletableFuture<SqlRows> query(String sql, List<? extends @Nullable Object> parameters) {
    if (sql.length() > properties.maxLength()) {
      return CompletableFuture.failedFuture(
          new InvalidSqlException(
              "The statement has "
                  + sql.length()
                  + " characters, and may have "
                  + properties.maxLength()));
    }
    return statements.run(
        allowance ->
            new Statement(sql, parameters, tables(allowance), allowance, properties.maxRows())
                .run());
  }

  private Tables tables(Allowance allowance) {
    return Tables.of(
        engine,
        visible,
        types,
        (query, columns) ->
            rows(() -> new ScanRows(source, query, columns, new FieldValues(mapper), allowance)));
  }

  /** Makes rows anew each time that they are gone through. */
  private interface Scan {
    Enumerator<@Nullable Object> begin();
  }

  private static Enumerable<@Nullable Object> rows(Scan scan) {
    return new AbstractEnumerable<>() {
      @Override
      public Enumerator<@Nullable Object> enumerator() {
        return scan.begin();
      }
    };
  }

  /** Stops the statements that run. */
  @Override
  public void close() {
    statements.close();
  }
}
