/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.query;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A condition on a field of a state, as {@code balance.amount > 100}. Immutable.
 *
 * <p>A path begins with the name of a state and goes on with names of fields, keys of maps, or
 * numbers of a list's entries. Numbers are compared as numbers, texts character by character,
 * truths for equality. What has another type than the operand is neither equal nor less nor
 * greater. A field that is missing or null fulfils only {@link Operator#MISSING}.
 *
 * @param path the state and the fields, at least the state
 * @param operator what is asked
 * @param operand to what the field is compared; null for operators without
 */
public record Condition(List<String> path, Operator operator, @Nullable Operand operand) {

  /** What a condition asks of a field. */
  public enum Operator {
    /** It is the operand. */
    EQUAL("="),
    /** It is there, and is not the operand. */
    NOT_EQUAL("!="),
    /** It is less than the operand. */
    LESS("<"),
    /** It is at most the operand. */
    AT_MOST("<="),
    /** It is greater than the operand. */
    GREATER(">"),
    /** It is at least the operand. */
    AT_LEAST(">="),
    /** It is a text that begins with the operand. */
    PREFIX("prefix"),
    /** It is a text or a list that contains the operand, or a map with that key. */
    CONTAINS("contains"),
    /** It is there, and not null. */
    EXISTS("exists"),
    /** It is not there, or null. */
    MISSING("missing");

    private final String symbol;

    Operator(String symbol) {
      this.symbol = symbol;
    }

    /** How it is written. */
    public String symbol() {
      return symbol;
    }

    /** Whether it compares the field to something. */
    public boolean hasOperand() {
      return this != EXISTS && this != MISSING;
    }
  }

  /**
   * To what a field is compared. What is written without quotes is compared as a number to numbers,
   * as a truth to truths, and as a text to texts.
   *
   * @param text what is compared to texts
   * @param quoted whether it is a text only
   */
  public record Operand(String text, boolean quoted) {

    private @Nullable BigDecimal number() {
      return quoted ? null : numberOf(text);
    }
  }

  /**
   * Makes a condition.
   *
   * @throws InvalidQueryException if the path is empty, or the operand is missing or too much
   */
  public Condition {
    path = List.copyOf(path);
    if (path.isEmpty() || path.contains("")) {
      throw new InvalidQueryException("A condition needs a path of names that are not empty");
    }
    if (operator.hasOperand() != (operand != null)) {
      throw new InvalidQueryException(
          "The operator '"
              + operator.symbol()
              + (operand == null ? "' needs a value" : "' takes no value"));
    }
  }

  /**
   * Compares a field to a value.
   *
   * @param path as {@code state.field}, with names in quotes that contain other characters than
   *     letters, digits and some signs
   * @param value a text, a number or a truth
   * @throws InvalidQueryException if the path cannot be read
   */
  public static Condition of(String path, Operator operator, Object value) {
    return new Condition(
        ConditionParser.path(path),
        operator,
        new Operand(value.toString(), value instanceof CharSequence));
  }

  /**
   * Reads a condition: {@code path = value}, with {@code = != < <= > >= prefix contains}, or {@code
   * path exists}, or {@code path missing}. A value in quotes is a text, and may have the escapes
   * that JSON has for quotes and backslashes; any other reaches until the end.
   *
   * @throws InvalidQueryException if it cannot be read; says at which character
   */
  public static Condition parse(String text) {
    return new ConditionParser(text).parse();
  }

  /** The state of which a field is asked for. */
  public String state() {
    return path.get(0);
  }

  /**
   * Whether the condition holds.
   *
   * @param states what the states hold, by name: texts, numbers, truths, lists and maps by texts,
   *     or null
   */
  public boolean holds(Map<String, ?> states) {
    Object field = field(states);
    if (field == null) {
      return operator == Operator.MISSING;
    }
    return switch (operator) {
      case EXISTS -> true;
      case MISSING -> false;
      case PREFIX -> field instanceof String text && text.startsWith(operandText());
      case CONTAINS -> contains(field);
      case EQUAL -> isEqual(field);
      case NOT_EQUAL -> !isEqual(field);
      case LESS, AT_MOST, GREATER, AT_LEAST -> {
        Integer order = compare(field);
        yield order != null && isInOrder(order);
      }
    };
  }

  private @Nullable Object field(Map<String, ?> states) {
    Object current = states;
    for (String name : path) {
      if (current instanceof Map<?, ?> map) {
        current = map.get(name);
      } else if (current instanceof List<?> list) {
        current = entry(list, name);
      } else {
        return null;
      }
    }
    return current;
  }

  private static @Nullable Object entry(List<?> list, String name) {
    if (name.length() > 9 || !name.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
      return null;
    }
    int index = Integer.parseInt(name);
    return index < list.size() ? list.get(index) : null;
  }

  private String operandText() {
    return Objects.requireNonNull(operand).text();
  }

  private boolean isInOrder(int order) {
    return switch (operator) {
      case LESS -> order < 0;
      case AT_MOST -> order <= 0;
      case GREATER -> order > 0;
      default -> order >= 0;
    };
  }

  private boolean contains(Object field) {
    if (field instanceof Map<?, ?> map) {
      return map.containsKey(operandText());
    }
    return field instanceof Collection<?> list
        ? list.stream().anyMatch(entry -> entry != null && isEqual(entry))
        : field instanceof String text && text.contains(operandText());
  }

  private boolean isEqual(Object field) {
    if (field instanceof Boolean truth) {
      return !Objects.requireNonNull(operand).quoted() && truth.toString().equals(operandText());
    }
    Integer order = compare(field);
    return order != null && order == 0;
  }

  /** How the field stands to the operand; null if they are of different types. */
  private @Nullable Integer compare(Object field) {
    if (field instanceof String text) {
      return text.compareTo(operandText());
    }
    BigDecimal wanted = Objects.requireNonNull(operand).number();
    BigDecimal number = field instanceof Number any ? numberOf(any) : null;
    return wanted == null || number == null ? null : number.compareTo(wanted);
  }

  private static @Nullable BigDecimal numberOf(Number number) {
    if (number instanceof BigDecimal decimal) {
      return decimal;
    }
    if (number instanceof BigInteger integer) {
      return new BigDecimal(integer);
    }
    return number instanceof Double || number instanceof Float
        ? numberOf(number.toString())
        : BigDecimal.valueOf(number.longValue());
  }

  private static @Nullable BigDecimal numberOf(String text) {
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException notOne) {
      return null;
    }
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    String field = path.stream().map(ConditionParser::name).collect(Collectors.joining("."));
    Operand value = operand;
    if (value == null) {
      return field + " " + operator.symbol();
    }
    return field
        + " "
        + operator.symbol()
        + " "
        + (value.quoted() ? ConditionParser.quote(value.text()) : value.text());
  }
}
