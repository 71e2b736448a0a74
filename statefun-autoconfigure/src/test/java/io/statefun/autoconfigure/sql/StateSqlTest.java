/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statefun.autoconfigure.sql.Shop.Home;
import io.statefun.autoconfigure.sql.Shop.Know;
import io.statefun.autoconfigure.sql.Shop.Profile;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What SQL answers over a shop with 3000 customers and 2000 orders. */
class StateSqlTest {

  private static Shop shop;

  @BeforeAll
  static void open() {
    shop = new Shop();
    for (int i = 0; i < 3_000; i++) {
      shop.customer("c" + i, new Know(profile(i), i % 10, i % 3 == 0 ? "note" : null));
    }
    for (int i = 0; i < 2_000; i++) {
      shop.order("o" + i, "c" + i % 100, i);
    }
    shop.open();
  }

  private static Profile profile(int i) {
    return new Profile(
        i % 7 == 0 ? null : "n" + i % 10,
        i,
        i / 10.0,
        new BigDecimal(i).movePointLeft(2),
        i % 2 == 0,
        Instant.ofEpochSecond(i * 100_000L),
        LocalDate.of(2000, 1, 1 + i % 28),
        new Home("city" + i % 5, i),
        List.of("a", "b" + i % 3),
        Map.of("x", i),
        i % 2 == 0 ? new Shop.Mail("m" + i) : new Shop.Phone("1"),
        null);
  }

  @AfterAll
  static void close() {
    shop.close();
  }

  @Test
  void everyInstanceIsARow() {
    assertThat(shop.rows("select count(*), count(note) from \"shop/customer\""))
        .containsExactly(List.of(3_000L, 1_000L));
  }

  @Test
  void aRowHasTheIdAndAllStates() {
    SqlRows answer = shop.sql.query("select * from \"shop/customer\" where id = 'c4'").join();

    assertThat(answer.columns())
        .extracting(SqlRows.Column::name)
        .containsExactly("id", "profile", "level", "note", "levels", "seen", "changed");
    assertThat(answer.more()).isFalse();
    assertThat(answer.unreadable()).isZero();
    assertThat(answer.rows()).hasSize(1);
    List<Object> row = answer.rows().get(0);
    assertThat(row.subList(2, 7))
        .isEqualTo(
            Arrays.asList(
                4L, null, List.of(4L), Map.of("level", 4L), Map.of("seconds", 4L, "nanos", 5L)));
    assertThat((Map<?, ?>) row.get(1))
        .isEqualTo(
            mapOf(
                "name",
                "n4",
                "points",
                4L,
                "rate",
                0.4,
                "credit",
                new BigDecimal("0.04"),
                "active",
                true,
                "since",
                LocalDateTime.parse("1970-01-05T15:06:40"),
                "birthday",
                LocalDate.of(2000, 1, 5),
                "home",
                Map.of("city", "city4", "zip", 4L),
                "tags",
                List.of("a", "b1"),
                "visits",
                Map.of("x", 4L),
                "contact",
                "{\"@type\":\"Mail\",\"address\":\"m4\"}",
                "friend",
                null));
  }

  private static Map<String, @Nullable Object> mapOf(@Nullable Object... entries) {
    Map<String, @Nullable Object> map = new java.util.HashMap<>();
    for (int at = 0; at < entries.length; at += 2) {
      map.put(String.valueOf(entries[at]), entries[at + 1]);
    }
    return map;
  }

  @Test
  void columnsTellTheirTypes() {
    assertThat(
            shop.sql
                .query("select id, c.profile.home, levels, seen from \"shop/customer\" c limit 1")
                .join()
                .columns())
        .extracting(SqlRows.Column::type)
        .containsExactly(
            "VARCHAR", "ROW(city VARCHAR, zip BIGINT)", "BIGINT ARRAY", "MAP(VARCHAR, BIGINT)");
  }

  @Test
  void fieldsAreNamedWithAndWithoutTheTable() {
    assertThat(
            shop.rows(
                "select c.profile.home.city, profile.name from \"shop/customer\" c"
                    + " where c.profile.home.zip = 8 and profile.points < 9"))
        .containsExactly(List.of("city3", "n8"));
  }

  @Test
  void namesMayBeInUpperOrLowerCase() {
    assertThat(shop.rows("SELECT ID FROM \"Shop/Customer\" WHERE PROFILE.Points = 8"))
        .containsExactly(List.of("c8"));
  }

  @Test
  void aValueWithFieldsAloneIsAColumn() {
    assertThat(shop.rows("select c.profile.home from \"shop/customer\" c where id = 'c7'"))
        .containsExactly(List.of(Map.of("city", "city2", "zip", 7L)));
  }

  @Test
  void instancesAreGroupedAndSorted() {
    assertThat(
            shop.rows(
                "select c.profile.home.city, count(*), sum(c.profile.points),"
                    + " avg(c.profile.points), max(c.profile.rate) from \"shop/customer\" c"
                    + " group by c.profile.home.city having count(*) > 1 order by 1 desc limit 2"))
        .containsExactly(
            List.of("city4", 600L, BigDecimal.valueOf(900_900), new BigDecimal("1501.5"), 299.9),
            List.of("city3", 600L, BigDecimal.valueOf(900_300), new BigDecimal("1500.5"), 299.8));
  }

  @Test
  void functionsAreJoined() {
    assertThat(
            shop.rows(
                "select c.id, c.profile.name, sum(o.price) from \"shop/customer\" c"
                    + " join \"shop/order\" o on o.customer = c.id"
                    + " group by c.id, c.profile.name order by 3 desc limit 2"))
        .containsExactly(
            List.of("c99", "n9", BigDecimal.valueOf(20_980)),
            Arrays.asList("c98", null, BigDecimal.valueOf(20_960)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "select count(*) from \"shop/order\" o left join \"shop/customer\" c on o.price < c.level | 15491",
        "select count(*) from \"shop/customer\" where id in (select customer from \"shop/order\") | 100",
        "select count(*) from \"shop/customer\" c where not exists (select 1 from \"shop/order\" o where o.customer = c.id) | 2900",
        "select count(*) from (select id from \"shop/order\" union select id from \"shop/customer\") | 5000",
        "select count(distinct profile.name) from \"shop/customer\" | 10",
        "select count(*) from \"shop/customer\" c, unnest(c.profile.tags) as t(tag) where tag = 'b2' | 1000",
        "select count(*) from \"shop/customer\" where json_value(profile.contact, '$.address') = 'm4' | 1",
        "select count(*) from \"shop/customer\" where changed.seconds = 5 | 300",
        "select count(*) from \"shop/customer\" where levels[1] = 5 and seen['level'] = 5 | 300",
        "select count(*) from \"shop/customer\" where profile.since >= timestamp '1979-01-01 00:00:00' | 160",
        "select count(*) from \"shop/customer\" where profile.birthday = date '2000-01-28' | 107",
        "select count(*) from \"shop/customer\" where extract(year from profile.since) = 1970 | 316",
        "select count(*) from \"shop/customer\" where id like 'c_' or id like 'c!%' escape '!' | 10",
        "with big as (select * from \"shop/order\" where price > 1989) select count(*) from big | 10",
        "select count(*) from \"shop/customer\" where case when level > 5 then 'high' else 'low' end = 'low' | 1800",
      })
  void statementsOfMostKindsAreAnswered(String statement, long answer) {
    assertThat(shop.rows(statement)).containsExactly(List.of(answer));
  }

  @Test
  void questionMarksStandForParameters() {
    assertThat(
            shop.rows(
                "select id from \"shop/customer\" where profile.points between ? and ?"
                    + " and (profile.name = ? or cast(? as varchar) is not null)"
                    + " and profile.active = ? and profile.since > ? and profile.rate > ?",
                4,
                new BigDecimal("8.5"),
                "n8",
                null,
                true,
                Instant.parse("1970-01-02T00:00:00Z"),
                -1.5))
        .containsExactly(List.of("c8"));
  }

  @Test
  void aParameterIsNeverSql() {
    assertThat(shop.rows("select count(*) from \"shop/customer\" where id = ?", "x' or '1'='1"))
        .containsExactly(List.of(0L));
  }

  @Test
  void textsHaveAllCharacters() {
    assertThat(shop.rows("select 'ł' || ?, char_length('żółw')", "世界"))
        .containsExactly(List.of("ł世界", 4L));
  }

  @Test
  void aSumThatIsTooLargeForALongIsRight() {
    assertThat(shop.rows("select sum(x) from (values (9223372036854775807), (1)) as t(x)"))
        .containsExactly(List.of(new BigDecimal("9223372036854775808")));
  }

  @Test
  void whatIsTooLargeIsAnErrorAndNoOtherNumber() {
    assertThatThrownBy(() -> shop.rows("select level * 4611686018427387904 from \"shop/customer\""))
        .hasCauseInstanceOf(InvalidSqlException.class);
  }

  @Test
  void aPlanIsExplained() {
    assertThat(shop.rows("explain plan for select id from \"shop/customer\" where level > 5"))
        .anySatisfy(
            line -> assertThat((String) line.get(0)).contains("StateScan", "where=[[level > 5]]"));
  }

  @Test
  void thereAreMoreRowsThanAnAnswerHas() {
    SqlProperties few =
        new SqlProperties(true, 10, Shop.DEFAULTS.timeout(), 1, 1_000, Shop.DEFAULTS.maxMemory());
    try (StateSql sql = shop.sql(few)) {
      SqlRows all = sql.query("select id from \"shop/customer\" order by id").join();
      assertThat(all.rows()).hasSize(10).startsWith(List.of("c0"), List.of("c1"));
      assertThat(all.more()).isTrue();
      assertThat(sql.query("values 1, 2, 3, 4, 5, 6, 7, 8, 9, 10").join().more()).isFalse();
    }
  }

  @Test
  void functionsThatAreNotVisibleAreNotThere() {
    StateSql orders = shop.sql.over(function -> function.name().equals("order"));

    assertThat(orders.query("select count(*) from \"shop/order\"").join().rows())
        .containsExactly(List.of(2_000L));
    assertThatThrownBy(() -> orders.query("select * from \"shop/customer\"").join())
        .hasMessageContaining("Line 1, column 15: Object 'shop/customer' not found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "selec id | 1 | 1",
        "select id from nowhere | 1 | 16",
        "select nothing from \"shop/customer\" | 1 | 8",
        "insert into \"shop/customer\" values ('x') | 1 | 1",
        "update \"shop/customer\" set level = 3 | 1 | 1",
        "delete from \"shop/customer\" | 1 | 1",
        "create table x (y int) | 1 | 1",
        "drop table \"shop/order\" | 1 | 1",
        "alter session set x = 1 | 1 | 1",
        "call something() | 1 | 1",
        "explain plan for delete from \"shop/customer\" | 1 | 18",
        "select id from \"shop/customer\" where note similar to '(a+)+' | 1 | 38",
        "select listagg(id) from \"shop/customer\" | 1 | 8",
        "select row_number() over (order by id) from \"shop/customer\" | 1 | 8",
        "with recursive t(n) as (values 1 union all select n + 1 from t) select n from t | 1 | 16",
        "select * from table(foo()) | 1 | 15",
        "select 1 from \"shop/order\" group by cube(id) | 1 | 37",
        "select replace('a', 'a', 'b') | 1 | 8",
        "select user from \"shop/order\" | 1 | 8",
        "select json_value('{}', '$[?(@ =~ /(a+)+/)]') | 1 | 25",
        "select cast('a' as char(1000000000)) | 1 | 20",
        "select id from \"shop/customer\" where id = ? | 1 | 43",
      })
  void whatIsNotAllowedIsRefusedWithItsPlace(String statement, int line, int column) {
    assertThatThrownBy(() -> shop.rows(statement))
        .hasCauseInstanceOf(InvalidSqlException.class)
        .satisfies(
            thrown -> {
              InvalidSqlException invalid =
                  (InvalidSqlException) Objects.requireNonNull(thrown.getCause());
              assertThat(invalid.line()).as(invalid.getMessage()).isEqualTo(line);
              assertThat(invalid.column()).as(invalid.getMessage()).isEqualTo(column);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "select 1 / 0 | / by zero",
        "select level / 0 from \"shop/customer\" | / by zero",
        "select cast('x' as int) | x",
        "select distinct c.profile.home from \"shop/customer\" c | Name the fields that are meant",
        "select 1 from \"shop/customer\" a, \"shop/customer\" b where a.profile = b.profile | Name the fields",
      })
  void whatCannotBeComputedIsSaid(String statement, String why) {
    assertThatThrownBy(() -> shop.rows(statement))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(InvalidSqlException.class)
        .hasMessageContaining(why);
  }

  @Test
  void tooManyParametersAreRefused() {
    assertThatThrownBy(() -> shop.rows("values 1", 5))
        .hasMessageContaining("There are 1 parameters, and question marks for 0");
  }
}
