/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import io.statefun.engine.StateSpec;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Knows which columns a row needs, and what they make. Used by one thread. */
final class InputMapping {

  private final List<String> columns = new ArrayList<>();
  private final List<String> states = new ArrayList<>();
  private final List<Part> parts = new ArrayList<>();

  /** A state, and where its columns stand in a row. */
  private record Part(
      String state, int[] places, List<String> fields, ValueConversion conversion) {}

  /**
   * @param id the column with the id
   * @param mapped the columns by state
   * @param known what the function declares, by any name
   */
  InputMapping(
      String id,
      Map<String, String> mapped,
      Map<String, StateSpec> known,
      @Nullable Composer composer) {
    columns.add(id);
    mapped.forEach(
        (state, text) -> {
          states.add(state);
          StateSpec spec = known.get(state);
          if (spec != null) {
            List<String> names = Arrays.stream(text.split(",")).map(String::strip).toList();
            int[] places = names.stream().mapToInt(this::place).toArray();
            parts.add(
                new Part(
                    state,
                    places,
                    names.stream().map(JavaNames::of).toList(),
                    new ValueConversion(spec, composer)));
          }
        });
  }

  private int place(String column) {
    if (!columns.contains(column)) {
      columns.add(column);
    }
    return columns.indexOf(column);
  }

  /** The columns that are needed, first of all the id. */
  List<String> columns() {
    return columns;
  }

  /** The states, in the order of {@link #values}. */
  List<String> states() {
    return states;
  }

  @Nullable String id(@Nullable Object[] row) {
    Object id = row[0];
    return id instanceof BigDecimal decimal
        ? decimal.toPlainString()
        : id == null ? null : id.toString();
  }

  /**
   * What a row makes.
   *
   * @throws IllegalArgumentException if it cannot
   */
  @Nullable Object[] values(@Nullable Object[] row) {
    @Nullable Object[] values = new Object[parts.size()];
    for (int i = 0; i < values.length; i++) {
      Part part = parts.get(i);
      Object given = part.places.length == 1 ? row[part.places[0]] : composed(part, row);
      if (given != null) {
        try {
          values[i] = part.conversion.convert(given);
        } catch (RuntimeException e) {
          throw new IllegalArgumentException("state '" + part.state + "': " + e.getMessage(), e);
        }
      }
    }
    return values;
  }

  private static @Nullable Object composed(Part part, @Nullable Object[] row) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < part.places.length; i++) {
      Object field = row[part.places[i]];
      if (field != null) {
        fields.put(part.fields.get(i), field);
      }
    }
    return fields.isEmpty() ? null : fields;
  }
}
