/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.autoconfigure.sql.Shop.Profile;
import io.statefun.message.Address;
import io.statefun.query.InstanceStates;
import io.statefun.query.StatePage;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

/** What a statement may take, and what becomes of one that wants more. */
class SqlBoundsTest {

  private static Shop shop;

  @BeforeAll
  static void open() {
    shop = new Shop();
    for (int i = 0; i < 2_000; i++) {
      shop.customer("c" + i, Profile.of("a name of some length", i));
    }
    shop.open();
    shop.rows("select count(*) from \"shop/customer\" a, \"shop/customer\" b where a.id = b.id");
  }

  @AfterAll
  static void close() {
    shop.close();
  }

  private static SqlProperties timeout(String timeout) {
    return new SqlProperties(
        true, 100, Duration.parse(timeout), 1, 10_000, DataSize.ofMegabytes(64));
  }

  private static SqlProperties memory(DataSize memory) {
    return new SqlProperties(true, 100, Duration.ofSeconds(30), 1, 10_000, memory);
  }

  private static void assertRunsAgain(StateSql sql) {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(sql.query("values 1").get().rows()).hasSize(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select count(*) from \"shop/customer\" a, \"shop/customer\" b, \"shop/customer\" c"
            + " where a.level + b.level + c.level < 0",
        "select count(*) from \"shop/customer\" a left join \"shop/customer\" b"
            + " on a.level <= b.level left join \"shop/customer\" c on b.id < c.id"
            + " full join \"shop/customer\" d on c.level + a.level > d.level",
        "select max(a.level + b.level + c.level) from \"shop/customer\" a"
            + " join \"shop/customer\" b on a.level = b.level"
            + " join \"shop/customer\" c on b.level = c.level",
      })
  void aStatementThatTakesTooLongIsStoppedAndItsThreadIsFree(String statement) {
    try (StateSql sql = shop.sql(timeout("PT1S"))) {
      assertThatThrownBy(() -> sql.query(statement).get())
          .hasCauseInstanceOf(TimeoutException.class)
          .hasMessageContaining("longer than PT1S");

      assertRunsAgain(sql);
    }
  }

  @Test
  void aStatementThatWaitsForAPageIsStopped() {
    try (StateSql sql =
        new StateSql(
            shop.engine,
            query -> new CompletableFuture<StatePage>(),
            Shop.JSON,
            timeout("PT0.3S"))) {
      assertThatThrownBy(() -> sql.query("select * from \"shop/customer\"").get())
          .hasCauseInstanceOf(TimeoutException.class);

      assertRunsAgain(sql);
    }
  }

  @Test
  void aStatementForWhichNobodyWaitsIsStopped() {
    CompletableFuture<StatePage> never = new CompletableFuture<>();
    try (StateSql sql = new StateSql(shop.engine, query -> never, Shop.JSON, timeout("PT30S"))) {
      sql.query("select * from \"shop/customer\"").cancel(false);

      assertRunsAgain(sql);
    }
  }

  @Test
  void moreStatementsThanMayRunAreRefused() {
    CompletableFuture<StatePage> never = new CompletableFuture<>();
    try (StateSql sql = new StateSql(shop.engine, query -> never, Shop.JSON, timeout("PT30S"))) {
      CompletableFuture<SqlRows> first = sql.query("select * from \"shop/customer\"");

      assertThatThrownBy(() -> sql.query("values 1").get())
          .hasCauseInstanceOf(RejectedExecutionException.class);
      first.cancel(false);
    }
  }

  @Test
  void whyPagesCannotBeHadIsPassedOn() {
    try (StateSql sql =
        new StateSql(
            shop.engine,
            query -> CompletableFuture.failedFuture(new IllegalStateException("moving")),
            Shop.JSON,
            timeout("PT30S"))) {
      assertThatThrownBy(() -> sql.query("select * from \"shop/customer\"").get())
          .hasRootCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("moving");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select id from \"shop/customer\" order by id offset 1000 rows",
        "select distinct id from \"shop/customer\"",
        "select id, count(*) from \"shop/customer\" group by id",
        "select count(*) from \"shop/customer\" a, \"shop/customer\" b where a.id = b.id",
        "select count(*) from \"shop/customer\" a, \"shop/customer\" b where a.id < b.id",
        "select count(*) from (select id from \"shop/customer\" intersect"
            + " select id from \"shop/customer\")",
      })
  void aStatementThatHoldsTooMuchIsStopped(String statement) {
    try (StateSql sql = shop.sql(memory(DataSize.ofKilobytes(64)))) {
      assertThatThrownBy(() -> sql.query(statement).get())
          .hasCauseInstanceOf(InvalidSqlException.class)
          .hasMessageContaining("65536 bytes, which is all that a statement may hold");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select count(*), sum(level), max(id) from \"shop/customer\"",
        "select level, count(*) from \"shop/customer\" group by level",
        "select id from \"shop/customer\" order by id desc limit 10",
      })
  void howManyInstancesAreLookedAtMattersNot(String statement) throws Exception {
    try (StateSql sql = shop.sql(memory(DataSize.ofKilobytes(8)))) {
      assertThat(sql.query(statement).get().rows()).isNotEmpty();
    }
  }

  @Test
  void anAnswerThatIsTooLargeIsRefused() {
    try (StateSql sql = shop.sql(memory(DataSize.ofKilobytes(8)))) {
      assertThatThrownBy(() -> sql.query("select * from \"shop/customer\"").get())
          .hasCauseInstanceOf(InvalidSqlException.class);
    }
  }

  @Test
  void aStatementThatIsTooLongIsRefused() {
    assertThatThrownBy(() -> shop.rows("values '" + "x".repeat(10_000) + "'"))
        .hasCauseInstanceOf(InvalidSqlException.class)
        .hasMessageContaining("has 10009 characters, and may have 10000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "not ", "- ", "1 + (", "case when ", "[", "\"", "/*", "exists("})
  void whatIsNestedDeeplyIsAnswered(String nested) {
    String statement = "select " + nested.repeat(9_000 / nested.length());

    assertThatThrownBy(() -> shop.rows(statement)).hasCauseInstanceOf(InvalidSqlException.class);
  }

  @Test
  void whatIsNestedDeeplyAndClosedIsAnswered() throws Exception {
    StateSql sql = shop.sql;
    for (String statement :
        new String[] {
          "values " + "(".repeat(4_000) + "1" + ")".repeat(4_000),
          "select " + "1+".repeat(4_000) + "1",
          "select 1 where 1=1" + " or 1=1".repeat(1_200),
          "select " + "upper(".repeat(1_200) + "'a'" + ")".repeat(1_200),
          "select * from " + "(select * from ".repeat(500) + "(values 1)" + ")".repeat(500),
        }) {
      CompletableFuture<SqlRows> rows = sql.query(statement);

      assertThat(
              rows.handle(
                      (answer, failure) -> answer != null || failure instanceof InvalidSqlException)
                  .get())
          .as(statement.substring(0, 40))
          .isTrue();
    }
  }

  @Test
  void queriesThatNameEachOtherAgainAndAgainAreRefused() {
    StringBuilder statement = new StringBuilder("with t0 as (values 1)");
    for (int i = 1; i < 60; i++) {
      statement.append(", t%d as (select 1 from t%d a, t%d b)".formatted(i, i - 1, i - 1));
    }

    assertThatThrownBy(() -> shop.rows(statement + " select count(*) from t59"))
        .hasCauseInstanceOf(InvalidSqlException.class)
        .hasMessageContaining("more than 200 tables");
  }

  @Test
  void textsThatDoubleAgainAndAgainAreRefused() {
    String statement = "(values 'aaaaaaaaaa') as t(x)";
    for (int i = 0; i < 40; i++) {
      statement = "(select x || x as x from " + statement + ") as t(x)";
    }
    String doubled = statement;

    assertThatThrownBy(() -> shop.rows("select char_length(x) from " + doubled))
        .hasCauseInstanceOf(InvalidSqlException.class);
  }

  @Test
  void statesThatCannotBeReadAreNullAndCounted() throws Exception {
    InstanceStates misfit =
        new InstanceStates(
            Address.of("shop/customer", "c1"),
            Map.of("level", "five", "profile", Map.of("name", "Ann", "points", 1.5)),
            Map.of("note", "It is damaged"),
            true);
    try (StateSql sql =
        new StateSql(
            shop.engine,
            query -> CompletableFuture.completedFuture(new StatePage(List.of(misfit), null)),
            Shop.JSON,
            timeout("PT30S"))) {
      SqlRows answer =
          sql.query("select id, level, note, profile.name, profile.points from \"shop/customer\"")
              .get();

      assertThat(answer.rows()).containsExactly(Arrays.asList("c1", null, null, "Ann", null));
      assertThat(answer.unreadable()).isEqualTo(3);
      assertThat(answer.partial()).isEqualTo(1);
    }
  }

  @Test
  void aStatementStopsWithTheApplication() {
    CompletableFuture<StatePage> never = new CompletableFuture<>();
    StateSql sql = new StateSql(shop.engine, query -> never, Shop.JSON, timeout("PT30S"));
    CompletableFuture<SqlRows> running = sql.query("select * from \"shop/customer\"");

    sql.close();

    assertThat(running).isCancelled();
  }
}
