/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a statement. Immutable.
 *
 * @param columns what the rows have
 * @param rows a value for each column: {@code Boolean}, {@code Long}, {@code Integer}, {@code
 *     Double}, {@code BigDecimal}, {@code String}, {@code LocalDate}, {@code LocalTime}, {@code
 *     LocalDateTime}, a list, a map by texts for a map or for what has fields, or null
 * @param more whether there are more rows than an answer may have
 * @param unreadable how many states were null because they could not be read, or held something of
 *     another type than their class says, among the instances that were looked at
 * @param partial how many of these instances had longer lists or maps than are looked at
 */
public record SqlRows(
    List<Column> columns,
    List<List<@Nullable Object>> rows,
    boolean more,
    long unreadable,
    long partial) {

  /**
   * A column of an answer.
   *
   * @param name its name
   * @param type its type, as SQL writes it
   */
  public record Column(String name, String type) {}

  public SqlRows {
    columns = List.copyOf(columns);
    List<List<@Nullable Object>> all = new ArrayList<>(rows.size());
    rows.forEach(row -> all.add(Collections.unmodifiableList(row)));
    rows = Collections.unmodifiableList(all);
  }
}
