/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import io.statefun.engine.FunctionInvoker;
import io.statefun.engine.StateFunEngine;
import io.statefun.engine.StateSpec;
import io.statefun.message.TypeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.calcite.schema.Table;
import org.apache.calcite.schema.impl.AbstractSchema;

/** The functions that a statement can ask, as tables. */
final class Tables extends AbstractSchema {

  private static final String ID = "id";

  private final Map<String, Table> tables;
  private final boolean ambiguous;

  private Tables(Map<String, FunctionTable> tables) {
    this.tables = Map.copyOf(tables);
    this.ambiguous =
        isAmbiguous(tables.keySet())
            || tables.values().stream().anyMatch(table -> isAmbiguous(table.columns()));
  }

  /**
   * Those of an engine.
   *
   * @param visible which of its functions
   */
  static Tables of(
      StateFunEngine engine,
      Predicate<TypeName> visible,
      StateTypes types,
      FunctionTable.Rows rows) {
    Map<String, FunctionTable> tables = new LinkedHashMap<>();
    for (FunctionInvoker function : engine.invokers()) {
      if (visible.test(function.type())) {
        tables.put(
            function.type().toString(),
            new FunctionTable(function.type(), columns(function.states(), types), rows));
      }
    }
    return new Tables(tables);
  }

  private static List<FunctionTable.Column> columns(List<StateSpec> states, StateTypes types) {
    List<FunctionTable.Column> columns = new ArrayList<>();
    columns.add(new FunctionTable.Column(ID, null, FieldType.Scalar.TEXT));
    for (StateSpec state : states) {
      String name = state.name().equalsIgnoreCase(ID) ? "state_" + state.name() : state.name();
      columns.add(new FunctionTable.Column(name, state.name(), types.of(state)));
    }
    return columns;
  }

  @Override
  protected Map<String, Table> getTableMap() {
    return tables;
  }

  /** Whether names differ in nothing but upper and lower case, which then counts. */
  boolean ambiguous() {
    return ambiguous;
  }

  private static boolean isAmbiguous(List<FunctionTable.Column> columns) {
    return isAmbiguous(columns.stream().map(FunctionTable.Column::name).toList())
        || columns.stream().anyMatch(column -> isAmbiguous(column.type()));
  }

  private static boolean isAmbiguous(FieldType type) {
    if (type instanceof FieldType.Struct struct) {
      return isAmbiguous(struct.fields().keySet())
          || struct.fields().values().stream().anyMatch(Tables::isAmbiguous);
    }
    if (type instanceof FieldType.ListOf list) {
      return isAmbiguous(list.entry());
    }
    return type instanceof FieldType.MapOf map && isAmbiguous(map.value());
  }

  private static boolean isAmbiguous(Collection<String> names) {
    Set<String> lower = new HashSet<>();
    names.forEach(name -> lower.add(name.toLowerCase(Locale.ROOT)));
    return lower.size() < names.size();
  }
}
