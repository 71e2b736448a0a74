/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statefun.query.Condition.Operator;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {

  private static final Map<String, Object> STATES = new LinkedHashMap<>();

  static {
    Map<String, Object> profile = new LinkedHashMap<>();
    profile.put("name", "Ann");
    profile.put("zip", "01234");
    profile.put("vip", true);
    profile.put("phone", null);
    profile.put("a.b", "dotted");
    STATES.put("balance", 100L);
    STATES.put("rate", new BigDecimal("2.50"));
    STATES.put("ratio", Double.NaN);
    STATES.put("profile", profile);
    STATES.put("tags", List.of("new", "vip", 7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "balance = 100",
        "balance=100.0",
        "balance != 99",
        "balance>99.5",
        "balance >= 100",
        "balance<1e3",
        "balance <= 100",
        "rate = 2.5",
        "ratio != 1",
        "profile.name = Ann",
        "profile.name = \"Ann\"",
        "profile.name != Bob",
        "profile.name < B",
        "profile.name prefix An",
        "profile.name contains nn",
        "profile.zip = 01234",
        "profile.vip = true",
        "profile.vip != false",
        "profile.\"a.b\" = dotted",
        "profile.name exists",
        "profile.phone missing",
        "profile.fax missing",
        "profile contains name",
        "tags contains vip",
        "tags contains 7",
        "tags.1 = vip",
        "tags.9 missing",
        "  balance   =   100  "
      })
  void holds(String condition) {
    assertThat(Condition.parse(condition).holds(STATES)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "balance = 99",
        "balance > 100",
        "balance = \"100\"",
        "balance < Ann",
        "ratio > 1",
        "profile.zip = 1234",
        "profile.vip = \"true\"",
        "profile.vip > false",
        "profile.name prefix n",
        "profile.phone exists",
        "profile.phone != 1",
        "profile.phone = null",
        "profile.fax = 1",
        "profile.name.first exists",
        "tags contains old",
        "tags contains \"7\"",
        "tags.x exists",
        "tags.99999999999 exists",
        "balance missing"
      })
  void doesNotHold(String condition) {
    assertThat(Condition.parse(condition).holds(STATES)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``              | at character 1, the end, there should be the name of a state or field",
        "= 1             | at character 1, '=', there should be the name of a state or field",
        "balance         | at character 8, the end, there should be one of = != < <= > >=",
        "balance ~ 1     | at character 9, '~', there should be one of",
        "balance existsx | at character 9, 'e', there should be one of",
        "balance >       | at character 11, the end, there should be a value",
        "a. = 1          | at character 3, ' ', there should be the name of a state or field",
        "a exists 1      | at character 10, '1', there should be nothing more after 'exists'",
        "a = \"x          | at character 5, '\"', there should be a closing quote",
        "a = \"x\" y        | at character 9, 'y', there should be nothing more after the closing quote",
      })
  void whatCannotBeReadIsToldWithItsPlace(String condition, String where) {
    String text = condition.equals("balance >") ? "balance > " : condition;

    assertThatThrownBy(() -> Condition.parse(text))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining(where);
  }

  @Test
  void aPathIsBounded() {
    assertThatThrownBy(() -> Condition.parse("a" + ".a".repeat(100) + " = 1"))
        .isInstanceOf(InvalidQueryException.class);
    assertThatThrownBy(() -> Condition.parse("a = " + "1".repeat(10_000)))
        .isInstanceOf(InvalidQueryException.class);
  }

  @Test
  void hugeNumbersAreComparedAtOnce() {
    assertThat(Condition.parse("balance < 1e999999999").holds(STATES)).isTrue();
    assertThat(Condition.parse("balance > 1e-999999999").holds(STATES)).isTrue();
  }

  @Test
  void aConditionFromCodeIsTheSameAsItsText() {
    assertThat(Condition.of("profile.name", Operator.EQUAL, "Ann"))
        .isEqualTo(Condition.parse("profile.name = \"Ann\""));
    assertThat(Condition.of("balance", Operator.GREATER, 99))
        .isEqualTo(Condition.parse("balance > 99"));
  }

  @Test
  void anOperatorHasAValueOrHasNone() {
    assertThatThrownBy(() -> new Condition(List.of("a"), Operator.EQUAL, null))
        .isInstanceOf(InvalidQueryException.class);
    assertThatThrownBy(
            () -> new Condition(List.of("a"), Operator.EXISTS, new Condition.Operand("x", true)))
        .isInstanceOf(InvalidQueryException.class);
    assertThatThrownBy(() -> new Condition(List.of(), Operator.EXISTS, null))
        .isInstanceOf(InvalidQueryException.class);
  }

  @Test
  void whateverAConditionSaysItsTextSaysTheSame() {
    Random random = new Random(17);
    for (int i = 0; i < 2_000; i++) {
      Operator operator = Operator.values()[random.nextInt(Operator.values().length)];
      List<String> path =
          java.util.stream.IntStream.rangeClosed(0, random.nextInt(3))
              .mapToObj(name -> "n" + text(random))
              .toList();
      Condition condition =
          new Condition(
              path,
              operator,
              operator.hasOperand() ? new Condition.Operand(text(random), true) : null);

      assertThat(Condition.parse(condition.toString())).isEqualTo(condition);
    }
  }

  @Test
  void nothingThatSomebodyMakesUpDoesMoreThanBeRefused() {
    Random random = new Random(18);
    List<String> parts =
        Arrays.asList("a", ".", "\"", "\\", " ", "=", "!", "<", ">", "prefix", "exists", "1", "é");
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int part = random.nextInt(10); part > 0; part--) {
        text.append(parts.get(random.nextInt(parts.size())));
      }
      try {
        boolean unused = Condition.parse(text.toString()).holds(STATES);
      } catch (InvalidQueryException refused) {
        assertThat(refused).hasMessageContaining("at character");
      }
    }
  }

  private static String text(Random random) {
    String signs = "aZ9 .\"\\=<>é_-";
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      text.append(signs.charAt(random.nextInt(signs.length())));
    }
    return text.toString();
  }
}
