/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import io.statefun.query.Condition;
import io.statefun.query.StateQuery;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.calcite.adapter.enumerable.EnumerableConvention;
import org.apache.calcite.adapter.enumerable.EnumerableRel;
import org.apache.calcite.adapter.enumerable.EnumerableRelImplementor;
import org.apache.calcite.adapter.enumerable.JavaRowFormat;
import org.apache.calcite.adapter.enumerable.PhysType;
import org.apache.calcite.adapter.enumerable.PhysTypeImpl;
import org.apache.calcite.adapter.java.JavaTypeFactory;
import org.apache.calcite.linq4j.Enumerable;
import org.apache.calcite.linq4j.tree.Blocks;
import org.apache.calcite.linq4j.tree.Expression;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.plan.RelTraitSet;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelWriter;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.tools.RelBuilder;
import org.apache.calcite.util.ImmutableBitSet;

/** Goes through the instances of a function, or those of them for which conditions hold. */
final class StateScan extends TableScan implements EnumerableRel {

  private final FunctionTable instances;
  private final List<FunctionTable.Column> columns;
  private final List<Condition> where;
  private final String idPrefix;

  private StateScan(
      RelOptCluster cluster,
      RelTraitSet traits,
      RelOptTable relation,
      FunctionTable instances,
      List<FunctionTable.Column> columns,
      List<Condition> where,
      String idPrefix) {
    super(cluster, traits, List.of(), relation);
    this.instances = instances;
    this.columns = List.copyOf(columns);
    this.where = List.copyOf(where);
    this.idPrefix = idPrefix;
  }

  /** All instances with all states. */
  static StateScan of(RelOptCluster cluster, RelOptTable relation, FunctionTable table) {
    return new StateScan(
        cluster,
        cluster.traitSetOf(EnumerableConvention.INSTANCE),
        relation,
        table,
        table.columns(),
        List.of(),
        "");
  }

  /** The same for fewer instances, as far as the conditions are not those of a scan already. */
  StateScan where(List<Condition> conditions, String prefix) {
    return new StateScan(
        getCluster(), getTraitSet(), getTable(), instances, columns, conditions, prefix);
  }

  List<FunctionTable.Column> columns() {
    return columns;
  }

  /** What the first page asks for. */
  StateQuery query() {
    return new StateQuery(
        instances.function(), states(), idPrefix, where, StateQuery.DEFAULT_LIMIT, null);
  }

  /** A query cannot ask for no states, so that it asks for the smallest if it needs none. */
  private Set<String> states() {
    Set<String> shown = names(columns);
    if (!shown.isEmpty()) {
      return shown;
    }
    return instances.columns().stream()
        .filter(column -> column.type() instanceof FieldType.Scalar)
        .map(FunctionTable.Column::state)
        .filter(Objects::nonNull)
        .findFirst()
        .or(() -> names(instances.columns()).stream().findFirst())
        .map(Set::of)
        .orElse(Set.of());
  }

  private static Set<String> names(List<FunctionTable.Column> columns) {
    Set<String> names = new LinkedHashSet<>();
    for (FunctionTable.Column column : columns) {
      if (column.state() != null) {
        names.add(column.state());
      }
    }
    return names;
  }

  @Override
  public RelDataType deriveRowType() {
    return SqlTypes.row(columns, getCluster().getTypeFactory());
  }

  /** What is not looked at needs not be read. */
  @Override
  public RelNode project(ImmutableBitSet used, Set<RelDataTypeField> extra, RelBuilder builder) {
    if (!extra.isEmpty()) {
      return super.project(used, extra, builder);
    }
    List<FunctionTable.Column> fewer = new ArrayList<>();
    used.forEachInt(column -> fewer.add(columns.get(column)));
    return new StateScan(
        getCluster(),
        getTraitSet(),
        getTable(),
        instances,
        fewer.isEmpty() ? columns.subList(0, 1) : fewer,
        where,
        idPrefix);
  }

  @Override
  public RelNode copy(RelTraitSet traits, List<RelNode> inputs) {
    return new StateScan(getCluster(), traits, getTable(), instances, columns, where, idPrefix);
  }

  @Override
  public RelWriter explainTerms(RelWriter writer) {
    return super.explainTerms(writer)
        .item("columns", columns.stream().map(FunctionTable.Column::name).toList())
        .itemIf("idPrefix", idPrefix, !idPrefix.isEmpty())
        .itemIf("where", where, !where.isEmpty());
  }

  @Override
  public Result implement(EnumerableRelImplementor implementor, Prefer preferred) {
    PhysType type =
        PhysTypeImpl.of(
            (JavaTypeFactory) getCluster().getTypeFactory(), getRowType(), JavaRowFormat.ARRAY);
    Enumerable<?> rows = instances.rows(query(), columns);
    Expression stashed = implementor.stash(rows, Enumerable.class);
    return implementor.result(type, Blocks.toBlock(stashed));
  }
}
