/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/**
 * Refuses to compare values with fields, which Calcite would do by whether they are the same
 * object.
 */
final class ComparedTypes extends RelHomogeneousShuttle {

  private final RexShuttle expressions =
      new RexShuttle() {
        @Override
        public RexNode visitCall(RexCall call) {
          if (call.isA(SqlKind.COMPARISON)) {
            call.getOperands().forEach(operand -> check(operand.getType()));
          }
          return super.visitCall(call);
        }
      };

  private ComparedTypes() {}

  static void check(RelNode plan) {
    RelNode unused = plan.accept(new ComparedTypes());
  }

  @Override
  public RelNode visit(RelNode node) {
    if (node instanceof Aggregate aggregate) {
      aggregate.getGroupSet().forEachInt(key -> check(node.getInput(0), key));
      for (AggregateCall call : aggregate.getAggCallList()) {
        if (call.getAggregation().getKind() != SqlKind.COUNT || call.isDistinct()) {
          call.getArgList().forEach(argument -> check(node.getInput(0), argument));
        }
      }
    } else if (node instanceof SetOp set && !set.all) {
      set.getRowType().getFieldList().forEach(field -> check(field.getType()));
    } else if (node instanceof Sort sort) {
      sort.getCollation().getKeys().forEach(key -> check(node.getInput(0), key));
    }
    RelNode unused = node.accept(expressions);
    return super.visit(node);
  }

  private static void check(RelNode input, int column) {
    check(input.getRowType().getFieldList().get(column).getType());
  }

  private static void check(@Nullable RelDataType type) {
    if (type == null) {
      return;
    }
    if (type.getSqlTypeName() == SqlTypeName.ROW) {
      throw new InvalidSqlException(
          "It compares, sorts or groups by a value with the fields "
              + type.getFieldNames()
              + ". Name the fields that are meant");
    }
    check(type.getComponentType());
    check(type.getValueType());
  }
}
