/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.Address;
import io.statefun.query.InstanceStates;
import io.statefun.query.StatePage;
import io.statefun.query.StateQuery;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Random conditions over random states, some without the fields, with null, or with something of
 * another type: what a statement answers is what a loop over the states finds, whether the scan
 * sees to conditions or not.
 */
class RandomConditionsTest {

  private static final List<String> TEXTS = List.of("", "a", "ab", "b", "ä", "5", "true", "A");

  private final Shop shop = new Shop();
  private final List<InstanceStates> instances = new ArrayList<>();

  @AfterEach
  void close() {
    shop.close();
  }

  /** A condition, as SQL and as code. */
  private record Check(String sql, Predicate<Map<String, ?>> holds) {}

  @Test
  void whatIsFoundIsWhatALoopFinds() {
    Random random = new Random(17);
    for (int i = 0; i < 400; i++) {
      instances.add(instance(random, i));
    }
    StateSql pushing =
        new StateSql(shop.engine, query -> page(query, true), Shop.JSON, Shop.DEFAULTS);
    StateSql plain =
        new StateSql(shop.engine, query -> page(query, false), Shop.JSON, Shop.DEFAULTS);
    int found = 0;
    for (int round = 0; round < 150; round++) {
      Check check = check(random, 2);
      String sql = "select id from \"shop/customer\" where " + check.sql();
      List<String> expected =
          instances.stream()
              .filter(instance -> check.holds().test(instance.states()))
              .map(instance -> instance.address().id())
              .toList();

      assertThat(ids(pushing, sql)).as(sql).isEqualTo(expected);
      assertThat(ids(plain, sql)).as(sql).isEqualTo(expected);
      found += expected.size();
    }
    assertThat(found).isGreaterThan(1_000);
  }

  private static List<String> ids(StateSql sql, String statement) {
    return sql.query(statement).join().rows().stream()
        .map(row -> String.valueOf(row.get(0)))
        .toList();
  }

  private CompletableFuture<StatePage> page(StateQuery query, boolean sees) {
    return CompletableFuture.completedFuture(
        new StatePage(
            instances.stream()
                .filter(
                    instance ->
                        !sees
                            || query.where().stream()
                                .allMatch(condition -> condition.holds(instance.states())))
                .toList(),
            null));
  }

  // States

  private static InstanceStates instance(Random random, int number) {
    Map<String, Object> profile = new LinkedHashMap<>();
    maybe(random, profile, "name", text(random));
    maybe(random, profile, "points", number(random, true));
    maybe(random, profile, "rate", number(random, false));
    maybe(random, profile, "credit", number(random, false));
    maybe(random, profile, "active", random.nextBoolean());
    Map<String, Object> home = new LinkedHashMap<>();
    maybe(random, home, "city", text(random));
    maybe(random, profile, "home", home);
    Map<String, Object> states = new LinkedHashMap<>();
    maybe(random, states, "profile", profile);
    maybe(random, states, "level", number(random, true));
    maybe(random, states, "note", text(random));
    states.values().removeIf(Objects::isNull);
    return new InstanceStates(Address.of("shop/customer", "c" + number), states, Map.of(), false);
  }

  /** Sets a field, or not, or to null, or to something else. */
  private static void maybe(Random random, Map<String, Object> into, String name, Object value) {
    switch (random.nextInt(12)) {
      case 0 -> {
        // It is missing.
      }
      case 1 -> into.put(name, null);
      case 2 -> into.put(name, other(random));
      default -> into.put(name, value);
    }
  }

  private static Object other(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> "5";
      case 1 -> random.nextBoolean();
      case 2 -> 5;
      case 3 -> List.of("a", 5);
      default -> Collections.singletonMap("a", null);
    };
  }

  private static String text(Random random) {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private static Number number(Random random, boolean whole) {
    int number = random.nextInt(7) - 3;
    return whole ? (Number) number : BigDecimal.valueOf(number * 10L + random.nextInt(2), 1);
  }

  // Conditions

  private static Check check(Random random, int depth) {
    if (depth == 0 || random.nextInt(3) == 0) {
      return comparison(random);
    }
    Check left = check(random, depth - 1);
    Check right = check(random, depth - 1);
    return random.nextInt(3) == 0
        ? new Check(
            "(" + left.sql() + " or " + right.sql() + ")",
            states -> left.holds().test(states) || right.holds().test(states))
        : new Check(
            left.sql() + " and " + right.sql(),
            states -> left.holds().test(states) && right.holds().test(states));
  }

  private static Check comparison(Random random) {
    return switch (random.nextInt(7)) {
      case 0 -> texts(random, "profile", "name");
      case 1 -> texts(random, "profile", "home", "city");
      case 2 -> texts(random, "note");
      case 3 -> numbers(random, true, "profile", "points");
      case 4 -> numbers(random, false, "profile", random.nextBoolean() ? "rate" : "credit");
      case 5 -> numbers(random, true, "level");
      default -> truth(random);
    };
  }

  private static Check truth(Random random) {
    boolean wanted = random.nextBoolean();
    return new Check(
        wanted ? "profile.active" : "not profile.active",
        states -> field(states, "profile", "active") instanceof Boolean active && active == wanted);
  }

  private static Check texts(Random random, String... path) {
    String wanted = text(random);
    if (random.nextInt(4) == 0) {
      return new Check(
          String.join(".", path) + " like '" + wanted + "%'",
          states -> field(states, path) instanceof String text && text.startsWith(wanted));
    }
    String operator = operator(random);
    return new Check(
        String.join(".", path) + " " + operator + " '" + wanted + "'",
        states ->
            field(states, path) instanceof String text && holds(operator, text.compareTo(wanted)));
  }

  private static Check numbers(Random random, boolean whole, String... path) {
    Number wanted = number(random, random.nextBoolean());
    String operator = operator(random);
    return new Check(
        String.join(".", path) + " " + operator + " " + wanted,
        states ->
            field(states, path) instanceof Number number
                && isFitting(number, whole)
                && holds(operator, decimal(number).compareTo(decimal(wanted))));
  }

  private static boolean isFitting(Number number, boolean whole) {
    return !whole || decimal(number).stripTrailingZeros().scale() <= 0;
  }

  private static BigDecimal decimal(Number number) {
    return new BigDecimal(number.toString());
  }

  private static String operator(Random random) {
    return List.of("=", "<>", "<", "<=", ">", ">=").get(random.nextInt(6));
  }

  private static boolean holds(String operator, int order) {
    return switch (operator) {
      case "=" -> order == 0;
      case "<>" -> order != 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  private static @Nullable Object field(Map<String, ?> states, String... path) {
    Object current = states;
    for (String name : path) {
      current = current instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return current;
  }
}
