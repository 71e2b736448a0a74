/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.jspecify.annotations.Nullable;

/**
 * Lets through what only reads, and whose time and memory are limited. All else is refused, what
 * nobody has thought of too.
 */
final class AllowedSql extends SqlBasicVisitor<@Nullable Void> {

  private static final int MAX_PRECISION = 10_000;

  private static final Set<SqlKind> QUERIES =
      EnumSet.of(
          SqlKind.SELECT,
          SqlKind.ORDER_BY,
          SqlKind.WITH,
          SqlKind.VALUES,
          SqlKind.UNION,
          SqlKind.INTERSECT,
          SqlKind.EXCEPT);

  private static final Set<SqlKind> KINDS =
      EnumSet.of(
          SqlKind.WITH_ITEM,
          SqlKind.JOIN,
          SqlKind.AS,
          SqlKind.ROW,
          SqlKind.UNNEST,
          SqlKind.LATERAL,
          SqlKind.SCALAR_QUERY,
          SqlKind.EXISTS,
          SqlKind.DESCENDING,
          SqlKind.NULLS_FIRST,
          SqlKind.NULLS_LAST,
          SqlKind.AND,
          SqlKind.OR,
          SqlKind.NOT,
          SqlKind.IN,
          SqlKind.NOT_IN,
          SqlKind.BETWEEN,
          SqlKind.LIKE,
          SqlKind.EQUALS,
          SqlKind.NOT_EQUALS,
          SqlKind.LESS_THAN,
          SqlKind.LESS_THAN_OR_EQUAL,
          SqlKind.GREATER_THAN,
          SqlKind.GREATER_THAN_OR_EQUAL,
          SqlKind.IS_DISTINCT_FROM,
          SqlKind.IS_NOT_DISTINCT_FROM,
          SqlKind.IS_NULL,
          SqlKind.IS_NOT_NULL,
          SqlKind.IS_TRUE,
          SqlKind.IS_NOT_TRUE,
          SqlKind.IS_FALSE,
          SqlKind.IS_NOT_FALSE,
          SqlKind.IS_UNKNOWN,
          SqlKind.PLUS,
          SqlKind.MINUS,
          SqlKind.TIMES,
          SqlKind.DIVIDE,
          SqlKind.MOD,
          SqlKind.PLUS_PREFIX,
          SqlKind.MINUS_PREFIX,
          SqlKind.CASE,
          SqlKind.CAST,
          SqlKind.COALESCE,
          SqlKind.NULLIF,
          SqlKind.DOT,
          SqlKind.ITEM,
          SqlKind.ARRAY_VALUE_CONSTRUCTOR,
          SqlKind.MAP_VALUE_CONSTRUCTOR,
          SqlKind.FLOOR,
          SqlKind.CEIL,
          SqlKind.EXTRACT,
          SqlKind.TRIM,
          SqlKind.POSITION,
          SqlKind.CHAR_LENGTH,
          SqlKind.TIMESTAMP_ADD,
          SqlKind.TIMESTAMP_DIFF,
          SqlKind.INTERVAL,
          SqlKind.INTERVAL_QUALIFIER,
          SqlKind.FILTER,
          SqlKind.JSON_VALUE_EXPRESSION);

  /** Functions and operators that have no kind of their own. */
  private static final Set<String> NAMES =
      Set.of(
          "||",
          "COUNT",
          "SUM",
          "MIN",
          "MAX",
          "AVG",
          "STDDEV",
          "STDDEV_POP",
          "STDDEV_SAMP",
          "VARIANCE",
          "VAR_POP",
          "VAR_SAMP",
          "ANY_VALUE",
          "EVERY",
          "SOME",
          "UPPER",
          "LOWER",
          "INITCAP",
          "SUBSTRING",
          "CHAR_LENGTH",
          "CHARACTER_LENGTH",
          "POSITION",
          "TRIM",
          "ABS",
          "SIGN",
          "MOD",
          "FLOOR",
          "CEIL",
          "CEILING",
          "ROUND",
          "TRUNCATE",
          "SQRT",
          "LN",
          "LOG10",
          "EXP",
          "POWER",
          "COALESCE",
          "NULLIF",
          "CARDINALITY",
          "ELEMENT",
          "CURRENT_DATE",
          "CURRENT_TIMESTAMP",
          "LOCALTIMESTAMP",
          "EXTRACT",
          "YEAR",
          "QUARTER",
          "MONTH",
          "WEEK",
          "DAYOFYEAR",
          "DAYOFMONTH",
          "DAYOFWEEK",
          "HOUR",
          "MINUTE",
          "SECOND",
          "LAST_DAY",
          "TIMESTAMPADD",
          "TIMESTAMPDIFF",
          "JSON_VALUE",
          "JSON_QUERY",
          "JSON_EXISTS",
          "IS JSON VALUE",
          "IS JSON OBJECT",
          "IS JSON ARRAY",
          "IS JSON SCALAR");

  private AllowedSql() {}

  /**
   * Checks a statement.
   *
   * @throws InvalidSqlException if it is none that may be run
   */
  static void check(SqlNode statement) {
    if (!QUERIES.contains(statement.getKind())) {
      throw refused(
          statement.getParserPosition(),
          "Only queries are taken: SELECT, VALUES, WITH, and EXPLAIN PLAN FOR one of them, and not "
              + name(statement));
    }
    Void unused = statement.accept(new AllowedSql());
  }

  private static String name(SqlNode node) {
    String kind =
        node instanceof SqlBasicCall call && isNamed(call)
            ? call.getOperator().getName()
            : node.getKind().name().replace('_', ' ');
    return kind.toUpperCase(Locale.ROOT);
  }

  private static boolean isNamed(SqlCall call) {
    return switch (call.getKind()) {
      case OTHER, OTHER_FUNCTION -> true;
      default -> false;
    };
  }

  @Override
  public @Nullable Void visit(SqlCall call) {
    if (!isAllowed(call)) {
      throw refused(call.getParserPosition(), "There is no " + name(call) + " here");
    }
    if (call instanceof SqlWithItem item && item.recursive.booleanValue()) {
      throw refused(call.getParserPosition(), "There is no RECURSIVE here");
    }
    if (call.getOperator().getName().startsWith("JSON_") && call.operandCount() > 1) {
      checkPath(call.operand(1));
    }
    return super.visit(call);
  }

  /** A short text may be cast to a long one. */
  @Override
  public @Nullable Void visit(SqlDataTypeSpec type) {
    if (type.getTypeNameSpec() instanceof SqlBasicTypeNameSpec basic
        && basic.getPrecision() > MAX_PRECISION) {
      throw refused(
          type.getParserPosition(), "A type has a length of at most " + MAX_PRECISION + " here");
    }
    return super.visit(type);
  }

  private static boolean isAllowed(SqlCall call) {
    SqlKind kind = call.getKind();
    return QUERIES.contains(kind)
        || KINDS.contains(kind)
        || isAllowed(call.getOperator().getName());
  }

  /** Whether a function, by its name, is one that may be called. */
  static boolean isAllowed(String function) {
    return NAMES.contains(function.toUpperCase(Locale.ROOT));
  }

  /** Filters in paths may have patterns that take for ever. */
  private static void checkPath(SqlNode path) {
    if (!(path instanceof SqlLiteral literal)
        || literal.toValue() == null
        || String.valueOf(literal.toValue()).contains("?")) {
      throw refused(
          path.getParserPosition(), "A JSON path is to be a text in quotes, and without filters");
    }
  }

  private static InvalidSqlException refused(SqlParserPos at, String why) {
    return new InvalidSqlException(why, at.getLineNum(), at.getColumnNum(), null);
  }
}
