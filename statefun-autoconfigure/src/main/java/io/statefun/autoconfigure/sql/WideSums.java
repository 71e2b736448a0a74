/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/** Has whole numbers summed up as decimals, which have room for every sum. */
final class WideSums extends RelHomogeneousShuttle {

  @Override
  public RelNode visit(RelNode node) {
    RelNode visited = super.visit(node);
    return visited instanceof Aggregate aggregate ? widened(aggregate) : visited;
  }

  private static RelNode widened(Aggregate aggregate) {
    RelNode input = aggregate.getInput();
    RexBuilder builder = aggregate.getCluster().getRexBuilder();
    List<RexNode> columns = new ArrayList<>(builder.identityProjects(input.getRowType()));
    int before = columns.size();
    List<AggregateCall> calls = new ArrayList<>();
    for (AggregateCall call : aggregate.getAggCallList()) {
      if (isNarrow(call, input)) {
        RexNode argument = columns.get(call.getArgList().get(0));
        calls.add(call.withArgList(List.of(columns.size())));
        columns.add(builder.makeCast(nullable(builder, call, argument), argument));
      } else {
        calls.add(call);
      }
    }
    if (columns.size() == before) {
      return aggregate;
    }
    List<@Nullable String> names = Collections.nCopies(columns.size(), null);
    RelNode wide = LogicalProject.create(input, List.of(), columns, names, Set.of());
    return aggregate.copy(
        aggregate.getTraitSet(), wide, aggregate.getGroupSet(), aggregate.getGroupSets(), calls);
  }

  private static RelDataType nullable(RexBuilder builder, AggregateCall call, RexNode argument) {
    return builder
        .getTypeFactory()
        .createTypeWithNullability(call.getType(), argument.getType().isNullable());
  }

  private static boolean isNarrow(AggregateCall call, RelNode input) {
    return switch (call.getAggregation().getKind()) {
      case SUM, SUM0 ->
          call.getType().getSqlTypeName() == SqlTypeName.DECIMAL
              && type(input, call.getArgList().get(0)) != SqlTypeName.DECIMAL;
      default -> false;
    };
  }

  private static SqlTypeName type(RelNode input, int column) {
    return input.getRowType().getFieldList().get(column).getType().getSqlTypeName();
  }
}
