/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.Arrays;
import java.util.List;
import org.apache.calcite.linq4j.function.Strict;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.schema.impl.ScalarFunctionImpl;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.validate.SqlUserDefinedFunction;

/**
 * What takes the place of functions whose time or memory a statement could blow up. Public as the
 * code that Calcite makes of a statement calls them; not for applications.
 */
public final class TextFunctions {

  private static final int MAX_LENGTH = 1_000_000;

  private static final SqlOperator LIKE = function("like");
  private static final SqlOperator JOIN = function("join");

  private TextFunctions() {}

  /** The plan with them in place of Calcite's own. */
  static RelNode in(RelNode plan, RexBuilder builder) {
    RexShuttle replacing =
        new RexShuttle() {
          @Override
          public RexNode visitCall(RexCall call) {
            RexNode visited = super.visitCall(call);
            return visited instanceof RexCall changed ? replaced(changed, builder) : visited;
          }
        };
    return plan.accept(
        new RelHomogeneousShuttle() {
          @Override
          public RelNode visit(RelNode other) {
            return super.visit(other).accept(replacing);
          }
        });
  }

  private static RexNode replaced(RexCall call, RexBuilder builder) {
    List<RexNode> operands = call.getOperands();
    if (call.getKind() == SqlKind.LIKE) {
      RexNode escape = operands.size() > 2 ? operands.get(2) : builder.makeLiteral("");
      return builder.makeCall(
          call.getType(), LIKE, List.of(operands.get(0), operands.get(1), escape));
    }
    return call.getOperator() == SqlStdOperatorTable.CONCAT
        ? builder.makeCall(call.getType(), JOIN, operands)
        : call;
  }

  private static SqlOperator function(String method) {
    return new SqlUserDefinedFunction(
        new SqlIdentifier("TEXT_" + method, SqlParserPos.ZERO),
        SqlKind.OTHER_FUNCTION,
        ReturnTypes.VARCHAR,
        null,
        null,
        ScalarFunctionImpl.create(TextFunctions.class, method));
  }

  /** Joins two texts that are not too long. */
  @Strict
  public static String join(String left, String right) {
    if (left.length() + (long) right.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "A text would have more than " + MAX_LENGTH + " characters");
    }
    return left + right;
  }

  /**
   * Whether a text is like a pattern, in time that the two lengths limit.
   *
   * @param escape one character that takes the meaning from the next; empty for none
   */
  @Strict
  public static boolean like(String text, String pattern, String escape) {
    if (escape.length() > 1) {
      throw new IllegalArgumentException("The escape is not one character: '" + escape + "'");
    }
    return new Pattern(pattern, escape).matches(text);
  }

  /** A pattern, taken apart. */
  private static final class Pattern {

    private static final int ANY = -1;
    private static final int ONE = -2;

    private final int[] signs;

    Pattern(String pattern, String escape) {
      int[] all = new int[pattern.length()];
      int count = 0;
      for (int at = 0; at < pattern.length(); at++) {
        char sign = pattern.charAt(at);
        if (!escape.isEmpty() && sign == escape.charAt(0)) {
          if (++at == pattern.length()) {
            throw new IllegalArgumentException(
                "The pattern '" + pattern + "' ends with its escape");
          }
          all[count++] = pattern.charAt(at);
        } else {
          all[count++] = sign == '%' ? ANY : sign == '_' ? ONE : sign;
        }
      }
      signs = Arrays.copyOf(all, count);
    }

    /** Goes back to the last sign for any text alone, which is enough. */
    boolean matches(String text) {
      int at = 0;
      int sign = 0;
      int any = -1;
      int from = 0;
      while (at < text.length()) {
        if (sign < signs.length && signs[sign] == ANY) {
          any = sign++;
          from = at;
        } else if (sign < signs.length && (signs[sign] == ONE || signs[sign] == text.charAt(at))) {
          sign++;
          at++;
        } else if (any >= 0) {
          sign = any + 1;
          at = ++from;
        } else {
          return false;
        }
      }
      while (sign < signs.length && signs[sign] == ANY) {
        sign++;
      }
      return sign == signs.length;
    }
  }
}
