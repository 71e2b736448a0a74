/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.List;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorTable;
import org.apache.calcite.sql.SqlSyntax;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.validate.SqlNameMatcher;
import org.jspecify.annotations.Nullable;

/** Calcite's standard functions, those that are not allowed excepted. */
final class AllowedFunctions implements SqlOperatorTable {

  private final SqlOperatorTable all = SqlStdOperatorTable.instance();

  @Override
  public void lookupOperatorOverloads(
      SqlIdentifier name,
      @Nullable SqlFunctionCategory category,
      SqlSyntax syntax,
      List<SqlOperator> found,
      SqlNameMatcher matcher) {
    all.lookupOperatorOverloads(name, category, syntax, found, matcher);
    // Those without brackets are names, and no calls, until they are looked up.
    found.removeIf(
        operator ->
            operator.getSyntax() == SqlSyntax.FUNCTION_ID
                && !AllowedSql.isAllowed(operator.getName()));
  }

  @Override
  public List<SqlOperator> getOperatorList() {
    return all.getOperatorList();
  }
}
