/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.calcite.adapter.enumerable.EnumerableCorrelate;
import org.apache.calcite.adapter.enumerable.EnumerableHashJoin;
import org.apache.calcite.adapter.enumerable.EnumerableLimitSort;
import org.apache.calcite.adapter.enumerable.EnumerableNestedLoopJoin;
import org.apache.calcite.adapter.enumerable.EnumerableRel;
import org.apache.calcite.adapter.enumerable.EnumerableRelImplementor;
import org.apache.calcite.adapter.enumerable.EnumerableSort;
import org.apache.calcite.linq4j.Enumerable;
import org.apache.calcite.linq4j.function.Function1;
import org.apache.calcite.linq4j.tree.BlockBuilder;
import org.apache.calcite.linq4j.tree.Expression;
import org.apache.calcite.linq4j.tree.Expressions;
import org.apache.calcite.plan.RelTraitSet;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.SingleRel;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Union;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.BuiltInMethod;
import org.jspecify.annotations.Nullable;

/** A place in a plan where a {@link Meter} stands. */
final class Metered extends SingleRel implements EnumerableRel {

  /** Of a group they need the same room however many rows it has. */
  private static final Set<SqlKind> SMALL =
      Set.of(
          SqlKind.COUNT,
          SqlKind.SUM,
          SqlKind.SUM0,
          SqlKind.MIN,
          SqlKind.MAX,
          SqlKind.ANY_VALUE,
          SqlKind.SINGLE_VALUE,
          SqlKind.LITERAL_AGG);

  private final Meter meter;

  private Metered(RelNode input, RelTraitSet traits, Meter meter) {
    super(input.getCluster(), traits, input);
    this.meter = meter;
  }

  /**
   * The plan with meters in all places where something could take much.
   *
   * @param few how many rows a sort may keep without
   */
  static RelNode plan(RelNode plan, Allowance allowance, int few) {
    List<RelNode> inputs = new ArrayList<>();
    for (int at = 0; at < plan.getInputs().size(); at++) {
      RelNode input = plan(plan.getInput(at), allowance, few);
      Meter meter = meter(plan, at, allowance, few);
      inputs.add(meter == null ? input : new Metered(input, input.getTraitSet(), meter));
    }
    return inputs.isEmpty() ? plan : plan.copy(plan.getTraitSet(), inputs);
  }

  private static @Nullable Meter meter(RelNode above, int input, Allowance allowance, int few) {
    if (above instanceof EnumerableSort) {
      return Meter.holding(allowance);
    }
    if (above instanceof EnumerableLimitSort sort) {
      return isFew(sort, few) ? null : Meter.holding(allowance);
    }
    if (above instanceof Aggregate aggregate) {
      return aggregate(aggregate, allowance);
    }
    if (above instanceof EnumerableHashJoin) {
      return input == 0 ? Meter.stopping(allowance) : Meter.holding(allowance);
    }
    if (above instanceof EnumerableNestedLoopJoin) {
      return input == 0 ? Meter.stopping(allowance) : Meter.keeping(allowance);
    }
    if (above instanceof EnumerableCorrelate) {
      return Meter.stopping(allowance);
    }
    return above instanceof SetOp set && !(set instanceof Union && set.all)
        ? Meter.holding(allowance)
        : null;
  }

  private static boolean isFew(EnumerableLimitSort sort, int few) {
    return sort.fetch != null && number(sort.offset) + number(sort.fetch) <= few;
  }

  private static long number(@Nullable RexNode literal) {
    return literal == null ? 0 : RexLiteral.intValue(literal);
  }

  private static Meter aggregate(Aggregate aggregate, Allowance allowance) {
    boolean small =
        aggregate.getAggCallList().stream()
            .allMatch(
                call -> SMALL.contains(call.getAggregation().getKind()) && !call.isDistinct());
    return small
        ? Meter.grouping(
            allowance,
            aggregate.getGroupSet().asList(),
            aggregate.getInput().getRowType().getFieldCount())
        : Meter.holding(allowance);
  }

  @Override
  public RelNode copy(RelTraitSet traits, List<RelNode> inputs) {
    return new Metered(inputs.get(0), traits, meter);
  }

  @Override
  public Result implement(EnumerableRelImplementor implementor, Prefer preferred) {
    Result rows = implementor.visitChild(this, 0, (EnumerableRel) getInput(), Prefer.ARRAY);
    BlockBuilder block = new BlockBuilder();
    Expression input = block.append("rows", rows.block);
    Expression stashed = implementor.stash(meter, Function1.class);
    Expression metered =
        Expressions.convert_(
            Expressions.call(stashed, BuiltInMethod.FUNCTION1_APPLY.method, input),
            Enumerable.class);
    return implementor.result(rows.physType, block.append(metered).toBlock());
  }
}
