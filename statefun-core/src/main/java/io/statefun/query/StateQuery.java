/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.query;

import io.statefun.message.TypeName;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the states of a function's instances. Immutable.
 *
 * <pre>{@code
 * StateQuery.of("bank/account")
 *     .states("balance")
 *     .where("balance.amount > 100")
 *     .limit(20)
 * }</pre>
 *
 * @param function the function, by any name that it has or had
 * @param states the names of the states to show; all of them if it is empty
 * @param idPrefix what the ids begin with; all if it is empty
 * @param where the conditions, all of which must hold
 * @param limit how many instances a page has at most, 1 to {@link #MAX_LIMIT}
 * @param after where the page begins: {@link StatePage#next} of the page before; null for the first
 */
public record StateQuery(
    TypeName function,
    Set<String> states,
    String idPrefix,
    List<Condition> where,
    int limit,
    @Nullable String after) {

  /** How many instances a page has at most, unless a query says less. */
  public static final int DEFAULT_LIMIT = 100;

  /** How many instances a query can ask for at most. */
  public static final int MAX_LIMIT = 1_000;

  /** How many conditions a query can have. */
  public static final int MAX_CONDITIONS = 32;

  private static final int MAX_PREFIX = 4_096;

  /**
   * Makes a query.
   *
   * @throws InvalidQueryException if it has too many conditions, the limit is out of its bounds, or
   *     the prefix is too long
   */
  public StateQuery {
    states = java.util.Collections.unmodifiableSet(new LinkedHashSet<>(states));
    where = List.copyOf(where);
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new InvalidQueryException("The limit must be 1 to " + MAX_LIMIT + ": " + limit);
    }
    if (where.size() > MAX_CONDITIONS) {
      throw new InvalidQueryException(
          "There are " + where.size() + " conditions, and may be " + MAX_CONDITIONS);
    }
    if (idPrefix.length() > MAX_PREFIX) {
      throw new InvalidQueryException(
          "The prefix has " + idPrefix.length() + " characters, and may have " + MAX_PREFIX);
    }
  }

  /** Asks for all instances of a function, with all their states. */
  public static StateQuery of(TypeName function) {
    return new StateQuery(function, Set.of(), "", List.of(), DEFAULT_LIMIT, null);
  }

  /** Asks for all instances of a function, given as {@code namespace/name}. */
  public static StateQuery of(String function) {
    return of(TypeName.parse(function));
  }

  /** Shows only some states. */
  public StateQuery states(String... names) {
    Set<String> shown = new LinkedHashSet<>(List.of(names));
    return new StateQuery(function, shown, idPrefix, where, limit, after);
  }

  /** Asks only for instances whose ids begin so. */
  public StateQuery idPrefix(String prefix) {
    return new StateQuery(function, states, prefix, where, limit, after);
  }

  /** Asks only for instances for which a condition holds, besides those that it has. */
  public StateQuery where(Condition condition) {
    List<Condition> all = new ArrayList<>(where);
    all.add(condition);
    return new StateQuery(function, states, idPrefix, all, limit, after);
  }

  /**
   * The same with a condition in its text form, as {@link Condition#parse} reads it.
   *
   * @throws InvalidQueryException if it cannot be read
   */
  public StateQuery where(String condition) {
    return where(Condition.parse(condition));
  }

  /** Sets how many instances a page has at most. */
  public StateQuery limit(int most) {
    return new StateQuery(function, states, idPrefix, where, most, after);
  }

  /** Begins behind a page, or at the beginning if it is null. */
  public StateQuery after(@Nullable String next) {
    return new StateQuery(function, states, idPrefix, where, limit, next);
  }
}
