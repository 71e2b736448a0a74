/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.util.DateString;
import org.apache.calcite.util.TimestampString;
import org.jspecify.annotations.Nullable;

/**
 * Puts values in the place of question marks. They are put into the statement that was understood
 * already, so that nothing in them can be taken for SQL; and before it gets its types, so that
 * these fit, and the scan can see to conditions with them.
 */
final class Parameters extends SqlShuttle {

  private static final int MAX_DIGITS = 100;

  private final List<? extends @Nullable Object> values;
  private int used;

  private Parameters(List<? extends @Nullable Object> values) {
    this.values = values;
  }

  /**
   * Puts them in.
   *
   * @throws InvalidSqlException if there are more or fewer than question marks, or one is of a type
   *     that SQL has not
   */
  static SqlNode into(SqlNode statement, List<? extends @Nullable Object> values) {
    Parameters parameters = new Parameters(values);
    SqlNode bound = statement.accept(parameters);
    if (parameters.used < values.size()) {
      throw new InvalidSqlException(
          "There are " + values.size() + " parameters, and question marks for " + parameters.used);
    }
    return bound == null ? statement : bound;
  }

  @Override
  public SqlNode visit(SqlDynamicParam mark) {
    SqlParserPos at = mark.getParserPosition();
    int index = mark.getIndex();
    if (index >= values.size()) {
      throw new InvalidSqlException(
          "There is no value for this question mark, as there are " + values.size() + " parameters",
          at.getLineNum(),
          at.getColumnNum(),
          null);
    }
    used = Math.max(used, index + 1);
    return literal(index, values.get(index), at);
  }

  private static SqlNode literal(int index, @Nullable Object value, SqlParserPos at) {
    if (value == null) {
      return SqlLiteral.createNull(at);
    }
    if (value instanceof Boolean truth) {
      return SqlLiteral.createBoolean(truth, at);
    }
    if (value instanceof CharSequence text) {
      return SqlLiteral.createCharString(text.toString(), "UTF-8", at);
    }
    if (value instanceof Number number) {
      return number(index, number, at);
    }
    if (value instanceof LocalDate date) {
      return SqlLiteral.createDate(DateString.fromDaysSinceEpoch((int) date.toEpochDay()), at);
    }
    if (value instanceof LocalDateTime time) {
      return timestamp(time.toInstant(ZoneOffset.UTC), at);
    }
    if (value instanceof Instant time) {
      return timestamp(time, at);
    }
    throw new InvalidSqlException(
        "Parameter "
            + (index + 1)
            + " is none of text, number, truth, date, time and null: "
            + value.getClass().getName());
  }

  private static SqlNode timestamp(Instant time, SqlParserPos at) {
    return SqlLiteral.createTimestamp(
        SqlTypeName.TIMESTAMP, TimestampString.fromMillisSinceEpoch(time.toEpochMilli()), 3, at);
  }

  private static SqlNode number(int index, Number number, SqlParserPos at) {
    BigDecimal decimal = decimal(number);
    if (decimal == null
        || decimal.precision() > MAX_DIGITS
        || Math.abs(decimal.scale()) > MAX_DIGITS) {
      throw new InvalidSqlException(
          "Parameter " + (index + 1) + " is no number of at most " + MAX_DIGITS + " digits");
    }
    SqlNumericLiteral positive = SqlLiteral.createExactNumeric(decimal.abs().toPlainString(), at);
    return decimal.signum() < 0 ? SqlNumericLiteral.createNegative(positive, at) : positive;
  }

  private static @Nullable BigDecimal decimal(Number number) {
    if (number instanceof BigDecimal decimal) {
      return decimal;
    }
    if (number instanceof BigInteger whole) {
      return new BigDecimal(whole);
    }
    if (number instanceof Double || number instanceof Float) {
      return Double.isFinite(number.doubleValue()) ? new BigDecimal(number.toString()) : null;
    }
    return BigDecimal.valueOf(number.longValue());
  }
}
