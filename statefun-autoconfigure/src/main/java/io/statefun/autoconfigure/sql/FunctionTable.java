/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import io.statefun.message.TypeName;
import io.statefun.query.StateQuery;
import java.util.List;
import org.apache.calcite.linq4j.Enumerable;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.TranslatableTable;
import org.apache.calcite.schema.impl.AbstractTable;
import org.jspecify.annotations.Nullable;

/** The instances of a function, as rows. */
final class FunctionTable extends AbstractTable implements TranslatableTable {

  /**
   * A column.
   *
   * @param state the name of the state that it shows; null for the id
   */
  record Column(String name, @Nullable String state, FieldType type) {}

  private final TypeName function;
  private final List<Column> columns;
  private final Rows rows;

  FunctionTable(TypeName function, List<Column> columns, Rows rows) {
    this.function = function;
    this.columns = List.copyOf(columns);
    this.rows = rows;
  }

  /** From where the rows come. */
  interface Rows {
    Enumerable<@Nullable Object> of(StateQuery query, List<Column> columns);
  }

  TypeName function() {
    return function;
  }

  List<Column> columns() {
    return columns;
  }

  Enumerable<@Nullable Object> rows(StateQuery query, List<Column> shown) {
    return rows.of(query, shown);
  }

  @Override
  public RelDataType getRowType(RelDataTypeFactory types) {
    return SqlTypes.row(columns, types);
  }

  @Override
  public RelNode toRel(RelOptTable.ToRelContext context, RelOptTable relation) {
    return StateScan.of(context.getCluster(), relation, this);
  }
}
