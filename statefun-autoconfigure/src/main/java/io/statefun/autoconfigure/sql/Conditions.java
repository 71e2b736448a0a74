/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import io.statefun.autoconfigure.sql.FieldType.MapOf;
import io.statefun.autoconfigure.sql.FieldType.Scalar;
import io.statefun.autoconfigure.sql.FieldType.Struct;
import io.statefun.query.Condition;
import io.statefun.query.Condition.Operand;
import io.statefun.query.Condition.Operator;
import io.statefun.query.StateQuery;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.jspecify.annotations.Nullable;

/**
 * Finds in a filter what the scan can see to already, so that fewer instances come out of it. What
 * it finds holds for all rows for which the filter does, and perhaps for more: the filter stays.
 */
final class Conditions {

  private static final int MAX_TEXT = 1_000;

  private final List<FunctionTable.Column> columns;
  private final List<Condition> found = new ArrayList<>();
  private String idPrefix = "";

  private Conditions(List<FunctionTable.Column> columns) {
    this.columns = columns;
  }

  /** The scan with what its filter says. */
  static StateScan into(StateScan scan, RexNode filter, RexBuilder builder) {
    Conditions conditions = new Conditions(scan.columns());
    RexNode plain = RexUtil.expandSearch(builder, null, filter);
    RelOptUtil.conjunctions(plain).forEach(conditions::look);
    return scan.where(
        conditions.found.subList(0, Math.min(conditions.found.size(), StateQuery.MAX_CONDITIONS)),
        conditions.idPrefix);
  }

  /**
   * A field that conditions can name.
   *
   * @param path empty for the id
   */
  private record Field(List<String> path, FieldType type) {

    Field with(String name, FieldType of) {
      List<String> longer = new ArrayList<>(path);
      longer.add(name);
      return new Field(longer, of);
    }
  }

  private void look(RexNode condition) {
    if (condition instanceof RexCall call) {
      switch (call.getKind()) {
        case EQUALS, LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL ->
            compare(call);
        case LIKE -> like(call);
        case NOT, IS_FALSE -> truth(call.getOperands().get(0), false);
        case IS_TRUE -> truth(call.getOperands().get(0), true);
        default -> {
          // The filter sees to it.
        }
      }
    } else {
      truth(condition, true);
    }
  }

  private void truth(RexNode node, boolean wanted) {
    Field field = field(node);
    if (field != null && field.type() == Scalar.TRUTH) {
      add(field, Operator.EQUAL, new Operand(String.valueOf(wanted), false));
    }
  }

  private void compare(RexCall call) {
    RexNode left = call.getOperands().get(0);
    RexNode right = call.getOperands().get(1);
    Field field = field(left);
    if (field != null) {
      compare(field, call.getKind(), literal(right));
    } else {
      Field mirrored = field(right);
      if (mirrored != null) {
        compare(mirrored, call.getKind().reverse(), literal(left));
      }
    }
  }

  private void compare(Field field, SqlKind kind, @Nullable RexLiteral literal) {
    if (literal == null || literal.isNull() || !(field.type() instanceof Scalar type)) {
      return;
    }
    switch (type) {
      case TEXT -> text(field, kind, literal);
      case INTEGER, DECIMAL, DOUBLE -> number(field, type, kind, literal);
      case TRUTH -> {
        if (kind == SqlKind.EQUALS && literal.getTypeName().getFamily() == SqlTypeFamily.BOOLEAN) {
          truth(field, literal);
        }
      }
      default -> {
        // Times are compared as times, which conditions do not know.
      }
    }
  }

  private void truth(Field field, RexLiteral literal) {
    add(field, Operator.EQUAL, new Operand(String.valueOf(literal.isAlwaysTrue()), false));
  }

  private void text(Field field, SqlKind kind, RexLiteral literal) {
    if (!(literal.getTypeName().getFamily() == SqlTypeFamily.CHARACTER)) {
      return;
    }
    String text = literal.getValueAs(String.class);
    if (text == null || text.length() > MAX_TEXT) {
      return;
    }
    if (!field.path().isEmpty()) {
      add(field, operator(kind), new Operand(text, true));
    } else if (kind == SqlKind.EQUALS) {
      idPrefix(text);
    }
  }

  private void number(Field field, Scalar type, SqlKind kind, RexLiteral literal) {
    if (!(literal.getTypeName().getFamily() == SqlTypeFamily.NUMERIC)) {
      return;
    }
    BigDecimal number = literal.getValueAs(BigDecimal.class);
    if (number == null) {
      return;
    }
    if (type == Scalar.DOUBLE) {
      rounded(field, kind, number.doubleValue());
    } else {
      add(field, operator(kind), new Operand(text(number), false));
    }
  }

  private static String text(BigDecimal number) {
    BigDecimal stripped = number.stripTrailingZeros();
    return Math.abs(stripped.scale()) > MAX_TEXT ? stripped.toString() : stripped.toPlainString();
  }

  /**
   * Two numbers that are the same as doubles may be written differently, by which conditions tell
   * them apart. So there is room for one step on either side.
   */
  private void rounded(Field field, SqlKind kind, double number) {
    if (kind != SqlKind.GREATER_THAN && kind != SqlKind.GREATER_THAN_OR_EQUAL) {
      bound(field, Operator.AT_MOST, Math.nextUp(number));
    }
    if (kind != SqlKind.LESS_THAN && kind != SqlKind.LESS_THAN_OR_EQUAL) {
      bound(field, Operator.AT_LEAST, Math.nextDown(number));
    }
  }

  private void bound(Field field, Operator operator, double number) {
    if (Double.isFinite(number)) {
      add(field, operator, new Operand(new BigDecimal(number).toString(), false));
    }
  }

  private void like(RexCall call) {
    Field field = field(call.getOperands().get(0));
    RexLiteral pattern = literal(call.getOperands().get(1));
    if (field == null
        || field.type() != Scalar.TEXT
        || pattern == null
        || call.getOperands().size() != 2) {
      return;
    }
    String text = pattern.getValueAs(String.class);
    if (text == null || text.length() > MAX_TEXT) {
      return;
    }
    String prefix = beginning(text);
    if (field.path().isEmpty()) {
      idPrefix(prefix);
    } else if (!prefix.isEmpty()) {
      add(field, Operator.PREFIX, new Operand(prefix, true));
    }
  }

  private static String beginning(String pattern) {
    int end = 0;
    while (end < pattern.length() && "%_".indexOf(pattern.charAt(end)) < 0) {
      end++;
    }
    // Half of a character is none.
    return pattern.substring(
        0, end > 0 && Character.isHighSurrogate(pattern.charAt(end - 1)) ? end - 1 : end);
  }

  private void idPrefix(String prefix) {
    if (prefix.length() > idPrefix.length()) {
      idPrefix = prefix;
    }
  }

  private void add(Field field, Operator operator, Operand operand) {
    if (!field.path().isEmpty()) {
      found.add(new Condition(field.path(), operator, operand));
    }
  }

  private static Operator operator(SqlKind kind) {
    return switch (kind) {
      case EQUALS -> Operator.EQUAL;
      case LESS_THAN -> Operator.LESS;
      case LESS_THAN_OR_EQUAL -> Operator.AT_MOST;
      case GREATER_THAN -> Operator.GREATER;
      case GREATER_THAN_OR_EQUAL -> Operator.AT_LEAST;
      default -> throw new IllegalArgumentException(kind.name());
    };
  }

  /** A literal, also one that is cast to another type of numbers or texts. */
  private static @Nullable RexLiteral literal(RexNode node) {
    if (node instanceof RexCall cast
        && cast.getKind() == SqlKind.CAST
        && cast.getOperands().get(0) instanceof RexLiteral inner
        && isWider(cast, inner)) {
      return inner;
    }
    return node instanceof RexLiteral literal ? literal : null;
  }

  /** Whether a cast changes nothing of the value but how it is kept. */
  private static boolean isWider(RexCall cast, RexLiteral inner) {
    return switch (cast.getType().getSqlTypeName()) {
      case DOUBLE -> inner.getTypeName().getFamily() == SqlTypeFamily.NUMERIC;
      case VARCHAR ->
          inner.getTypeName().getFamily() == SqlTypeFamily.CHARACTER
              && cast.getType().getPrecision() == -1;
      default -> false;
    };
  }

  private @Nullable Field field(RexNode node) {
    if (node instanceof RexInputRef column) {
      FunctionTable.Column of = columns.get(column.getIndex());
      return new Field(of.state() == null ? List.of() : List.of(of.state()), of.type());
    }
    if (node instanceof RexFieldAccess access) {
      Field of = field(access.getReferenceExpr());
      String name = access.getField().getName();
      return of != null && of.type() instanceof Struct struct ? part(of, name, struct) : null;
    }
    if (node instanceof RexCall item && item.getKind() == SqlKind.ITEM) {
      Field of = field(item.getOperands().get(0));
      RexLiteral key = literal(item.getOperands().get(1));
      return of != null
              && of.type() instanceof MapOf map
              && key != null
              && key.getTypeName().getFamily() == SqlTypeFamily.CHARACTER
          ? entry(of, map, key.getValueAs(String.class))
          : null;
    }
    return null;
  }

  private static @Nullable Field part(Field of, String name, Struct struct) {
    FieldType type = struct.fields().get(name);
    return type == null || name.isEmpty() ? null : of.with(name, type);
  }

  private static @Nullable Field entry(Field of, MapOf map, @Nullable String key) {
    return key == null || key.isEmpty() || key.length() > MAX_TEXT
        ? null
        : of.with(key, map.value());
  }
}
