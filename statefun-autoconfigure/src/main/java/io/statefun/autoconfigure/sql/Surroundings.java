/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import org.apache.calcite.DataContext;
import org.apache.calcite.adapter.java.JavaTypeFactory;
import org.apache.calcite.linq4j.QueryProvider;
import org.apache.calcite.schema.SchemaPlus;
import org.jspecify.annotations.Nullable;

/** What the code of a statement can ask for: the time, in UTC, and what its plan has put by. */
final class Surroundings implements DataContext {

  private final SqlTypes types;
  private final Map<String, Object> stash;
  private final Allowance allowance;
  private final long now = System.currentTimeMillis();

  Surroundings(SqlTypes types, Map<String, Object> stash, Allowance allowance) {
    this.types = types;
    this.stash = stash;
    this.allowance = allowance;
  }

  @Override
  public @Nullable SchemaPlus getRootSchema() {
    return null;
  }

  @Override
  public JavaTypeFactory getTypeFactory() {
    return types;
  }

  @Override
  public @Nullable QueryProvider getQueryProvider() {
    return null;
  }

  @Override
  public @Nullable Object get(String name) {
    if (Variable.CANCEL_FLAG.camelName.equals(name)) {
      return allowance.stopped();
    }
    if (Variable.UTC_TIMESTAMP.camelName.equals(name)
        || Variable.CURRENT_TIMESTAMP.camelName.equals(name)
        || Variable.LOCAL_TIMESTAMP.camelName.equals(name)
        || Variable.SYS_TIMESTAMP.camelName.equals(name)) {
      return now;
    }
    if (Variable.TIME_ZONE.camelName.equals(name)) {
      return TimeZone.getTimeZone("UTC");
    }
    return Variable.LOCALE.camelName.equals(name) ? Locale.ROOT : stash.get(name);
  }
}
