/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.autoconfigure.sql.Shop.Profile;
import io.statefun.query.Condition;
import io.statefun.query.StateQuery;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a statement asks of the pages below it. */
class PushDownTest {

  private static Shop shop;

  @BeforeAll
  static void open() {
    shop = new Shop();
    for (int i = 0; i < 2_500; i++) {
      shop.customer("c" + i, Profile.of("n", i));
    }
    shop.open();
  }

  @AfterAll
  static void close() {
    shop.close();
  }

  @BeforeEach
  void forget() {
    shop.asked.clear();
  }

  private static StateQuery first(String statement, Object... parameters) {
    shop.asked.clear();
    shop.rows(statement, parameters);
    return shop.asked.get(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "level = 5 | level = 5",
        "level >= 5 and level < 7 | level >= 5; level < 7",
        "5 < level | level > 5",
        "profile.name = 'An' | profile.name = \"An\"",
        "c.profile.home.city > 'x' | profile.home.city > \"x\"",
        "profile.name like 'An%' | profile.name prefix \"An\"",
        "profile.active | profile.active = true",
        "not profile.active | profile.active = false",
        "profile.credit <= 1.50 | profile.credit <= 1.5",
        "profile.visits['a b'] = 3 | profile.visits.\"a b\" = 3",
        "changed.seconds > 3 | changed.seconds > 3",
        "level = 5 or note = 'x' | ''",
        "level <> 5 | ''",
        "level is null | ''",
        "level + 1 = 5 | ''",
        "profile.since > timestamp '2020-01-01 00:00:00' | ''",
        "profile.contact = 'x' | ''",
        "level = 5 and (note = 'x' or note = 'y') | level = 5",
      })
  void whatTheScanUnderstandsIsPushedDown(String condition, String pushed) {
    StateQuery asked = first("select id from \"shop/customer\" c where " + condition);

    assertThat(asked.where().stream().map(Condition::toString).toList())
        .containsExactlyElementsOf(pushed.isEmpty() ? List.of() : List.of(pushed.split("; ")));
  }

  @Test
  void doublesAreComparedWithRoomForHowTheyAreWritten() {
    StateQuery asked = first("select id from \"shop/customer\" where profile.rate = 0.1");

    assertThat(asked.where()).hasSize(2);
    assertThat(asked.where().get(0).toString()).startsWith("profile.rate <= 0.1000000000000000");
    assertThat(asked.where().get(1).toString()).startsWith("profile.rate >= 0.0999999999999999");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "id = 'c1' | c1",
        "id like 'c1%' | c1",
        "id like 'c1_3%' | c1",
        "id like 'c%' and id like 'c12%' | c12",
        "id like '%1' | ''",
        "id > 'c1' | ''",
      })
  void theBeginningOfIdsIsPushedDown(String condition, String prefix) {
    assertThat(first("select id from \"shop/customer\" where " + condition).idPrefix())
        .isEqualTo(prefix);
  }

  @Test
  void parametersArePushedDown() {
    StateQuery asked =
        first("select id from \"shop/customer\" where id like ? and level = ?", "c1%", 5);

    assertThat(asked.idPrefix()).isEqualTo("c1");
    assertThat(asked.where()).containsExactly(Condition.parse("level = 5"));
  }

  @Test
  void onlyStatesThatAreLookedAtAreRead() {
    assertThat(first("select note from \"shop/customer\" where level > 5").states())
        .containsExactlyInAnyOrder("note", "level");
    assertThat(first("select * from \"shop/customer\"").states()).hasSize(6);
  }

  @Test
  void countingReadsTheSmallestStateAlone() {
    assertThat(first("select count(*) from \"shop/customer\"").states()).containsExactly("level");
  }

  @Test
  void conditionsAreSeenToBelowJoinsAndGroups() {
    shop.rows(
        "select l, count(*) from (select level as l, id as i from \"shop/customer\") as t"
            + " join \"shop/order\" o on o.customer = t.i where l > 3 and price = 7 group by l");

    assertThat(shop.asked).extracting(query -> query.where().toString()).contains("[price = 7]");
    assertThat(
            shop.rows(
                    "explain plan for select l, count(*) from (select level as l from"
                        + " \"shop/customer\") as t where l > 3 group by l")
                .toString())
        .contains("where=[[level > 3]]");
  }

  @Test
  void aLimitEndsTheScan() {
    assertThat(shop.rows("select id from \"shop/customer\" limit 5")).hasSize(5);

    assertThat(shop.asked).hasSize(1);
    assertThat(shop.asked.get(0).limit()).isLessThanOrEqualTo(100);
  }

  @Test
  void allPagesAreReadIfAllAreNeeded() {
    assertThat(shop.rows("select id from \"shop/customer\"")).hasSize(2_500);

    assertThat(shop.asked).extracting(StateQuery::limit).contains(1_000);
  }
}
