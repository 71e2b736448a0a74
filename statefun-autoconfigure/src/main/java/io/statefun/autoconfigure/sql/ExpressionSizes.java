/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexSubQuery;

/**
 * Refuses expressions that would be too large with all in them that they name. A query in a query
 * can double what the inner one computes, and so on: a short text whose plan would have no end.
 */
final class ExpressionSizes {

  private static final long MAX = 5_000;

  private ExpressionSizes() {}

  static void check(RelNode plan) {
    long[] unused = columns(plan);
  }

  /** How large the expressions of the columns are. */
  private static long[] columns(RelNode node) {
    List<long[]> inputs = new ArrayList<>();
    node.getInputs().forEach(input -> inputs.add(columns(input)));
    if (node instanceof Project project) {
      return project.getProjects().stream()
          .mapToLong(column -> size(column, inputs.get(0)))
          .toArray();
    }
    if (node instanceof Filter filter) {
      long unused = size(filter.getCondition(), inputs.get(0));
      return inputs.get(0);
    }
    if (node instanceof Sort) {
      return inputs.get(0);
    }
    if (node instanceof Join join) {
      long[] both = joined(inputs.get(0), inputs.get(1));
      long unused = size(join.getCondition(), both);
      return Arrays.copyOf(both, node.getRowType().getFieldCount());
    }
    long[] columns = new long[node.getRowType().getFieldCount()];
    Arrays.fill(columns, largest(inputs));
    if (node instanceof Aggregate aggregate) {
      Arrays.fill(columns, aggregate.getGroupCount(), columns.length, 1);
    }
    return columns;
  }

  private static long[] joined(long[] left, long[] right) {
    long[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    return both;
  }

  private static long largest(List<long[]> inputs) {
    return inputs.stream().flatMapToLong(Arrays::stream).max().orElse(1);
  }

  private static long size(RexNode expression, long[] columns) {
    long size = 1;
    if (expression instanceof RexInputRef column) {
      size = columns[column.getIndex()];
    } else if (expression instanceof RexFieldAccess access) {
      size += size(access.getReferenceExpr(), columns);
    } else if (expression instanceof RexCall call) {
      if (call instanceof RexSubQuery query) {
        check(query.rel);
      }
      for (RexNode operand : call.getOperands()) {
        size += size(operand, columns);
      }
    }
    if (size > MAX) {
      throw new InvalidSqlException(
          "It has an expression of more than "
              + MAX
              + " parts, with what is computed in the queries within it");
    }
    return size;
  }
}
