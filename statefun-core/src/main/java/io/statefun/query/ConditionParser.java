/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.query;

import java.util.ArrayList;
import java.util.List;

/** Reads conditions, and says at which character one cannot be read. */
final class ConditionParser {

  private static final int MAX_LENGTH = 4_096;
  private static final int MAX_DEPTH = 64;

  /** Signs that need no quotes in names. */
  private static final String SIGNS = "_-$@#:/";

  /** Longer ones before those with which they begin. */
  private static final List<Condition.Operator> OPERATORS =
      List.of(
          Condition.Operator.NOT_EQUAL,
          Condition.Operator.AT_MOST,
          Condition.Operator.AT_LEAST,
          Condition.Operator.EQUAL,
          Condition.Operator.LESS,
          Condition.Operator.GREATER,
          Condition.Operator.PREFIX,
          Condition.Operator.CONTAINS,
          Condition.Operator.EXISTS,
          Condition.Operator.MISSING);

  private final String text;
  private int at;

  ConditionParser(String text) {
    this.text = text;
    if (text.length() > MAX_LENGTH) {
      throw new InvalidQueryException(
          "A condition has " + text.length() + " characters, and may have " + MAX_LENGTH);
    }
  }

  Condition parse() {
    skipSpace();
    List<String> path = path();
    skipSpace();
    Condition.Operator operator = operator();
    skipSpace();
    if (!operator.hasOperand()) {
      if (at < text.length()) {
        throw failure("nothing more after '" + operator.symbol() + "'");
      }
      return new Condition(path, operator, null);
    }
    return new Condition(path, operator, operand());
  }

  static List<String> path(String text) {
    ConditionParser parser = new ConditionParser(text);
    List<String> path = parser.path();
    if (parser.at < text.length()) {
      throw parser.failure("'.' or the end of the path");
    }
    return path;
  }

  private List<String> path() {
    List<String> path = new ArrayList<>();
    path.add(name());
    while (at < text.length() && text.charAt(at) == '.') {
      at++;
      path.add(name());
      if (path.size() > MAX_DEPTH) {
        throw failure("a path of at most " + MAX_DEPTH + " names");
      }
    }
    return path;
  }

  private String name() {
    int from = at;
    if (at < text.length() && text.charAt(at) == '"') {
      String name = quoted();
      if (name.isEmpty()) {
        at = from;
        throw failure("a name that is not empty");
      }
      return name;
    }
    while (at < text.length() && isPlain(text.charAt(at))) {
      at++;
    }
    if (at == from) {
      throw failure("the name of a state or field");
    }
    return text.substring(from, at);
  }

  private static boolean isPlain(char sign) {
    return Character.isLetterOrDigit(sign) || SIGNS.indexOf(sign) >= 0;
  }

  private Condition.Operator operator() {
    for (Condition.Operator operator : OPERATORS) {
      String symbol = operator.symbol();
      if (text.startsWith(symbol, at) && (!isWord(symbol) || endsAt(at + symbol.length()))) {
        at += symbol.length();
        return operator;
      }
    }
    throw failure("one of = != < <= > >= prefix contains exists missing");
  }

  private static boolean isWord(String symbol) {
    return Character.isLetter(symbol.charAt(0));
  }

  private boolean endsAt(int position) {
    return position >= text.length()
        || Character.isWhitespace(text.charAt(position))
        || text.charAt(position) == '"';
  }

  private Condition.Operand operand() {
    if (at == text.length()) {
      throw failure("a value");
    }
    if (text.charAt(at) != '"') {
      return new Condition.Operand(text.substring(at).stripTrailing(), false);
    }
    String value = quoted();
    skipSpace();
    if (at < text.length()) {
      throw failure("nothing more after the closing quote");
    }
    return new Condition.Operand(value, true);
  }

  private String quoted() {
    int opened = at++;
    StringBuilder value = new StringBuilder();
    while (at < text.length()) {
      char next = text.charAt(at++);
      if (next == '"') {
        return value.toString();
      }
      if (next == '\\') {
        if (at == text.length() || text.charAt(at) != '"' && text.charAt(at) != '\\') {
          throw failure("'\\\"' or '\\\\' after a backslash in quotes");
        }
        next = text.charAt(at++);
      }
      value.append(next);
    }
    at = opened;
    throw failure("a closing quote for this one");
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private InvalidQueryException failure(String expected) {
    return new InvalidQueryException(
        "The condition '"
            + text
            + "' cannot be read: at character "
            + (at + 1)
            + (at < text.length() ? ", '" + text.charAt(at) + "'" : ", the end")
            + ", there should be "
            + expected);
  }

  /** A name as it is written in a path. */
  static String name(String name) {
    return !name.isEmpty() && name.chars().allMatch(sign -> isPlain((char) sign))
        ? name
        : quote(name);
  }

  static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
