/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.jspecify.annotations.Nullable;

/** Turns what Calcite computes with into what an answer has, and tells the types. */
final class SqlValues {

  private SqlValues() {}

  static @Nullable Object of(@Nullable Object value, RelDataType type) {
    if (value == null) {
      return null;
    }
    return switch (type.getSqlTypeName()) {
      case TINYINT, SMALLINT, INTEGER, BIGINT -> ((Number) value).longValue();
      case FLOAT, REAL, DOUBLE -> ((Number) value).doubleValue();
      case DECIMAL -> decimal(value);
      case DATE -> LocalDate.ofEpochDay(((Number) value).longValue());
      case TIME ->
          LocalTime.ofNanoOfDay(TimeUnit.MILLISECONDS.toNanos(((Number) value).longValue()));
      case TIMESTAMP ->
          LocalDateTime.ofInstant(
              Instant.ofEpochMilli(((Number) value).longValue()), ZoneOffset.UTC);
      case ROW -> fields(value, type.getFieldList());
      case ARRAY, MULTISET -> entries((List<?>) value, component(type));
      case MAP -> entries((Map<?, ?>) value, Objects.requireNonNull(type.getValueType()));
      default -> value instanceof Boolean || value instanceof Number ? value : value.toString();
    };
  }

  /** Without the zeros that an average is filled up with. */
  private static BigDecimal decimal(Object value) {
    BigDecimal decimal = value instanceof BigDecimal of ? of : new BigDecimal(value.toString());
    if (decimal.scale() < SqlTypes.SCALE) {
      return decimal;
    }
    BigDecimal stripped = decimal.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  private static RelDataType component(RelDataType type) {
    return Objects.requireNonNull(type.getComponentType());
  }

  private static Map<String, @Nullable Object> fields(Object row, List<RelDataTypeField> fields) {
    List<?> values = row instanceof Object[] all ? Arrays.asList(all) : (List<?>) row;
    Map<String, @Nullable Object> named = new LinkedHashMap<>();
    for (RelDataTypeField field : fields) {
      named.put(field.getName(), of(values.get(field.getIndex()), field.getType()));
    }
    return Collections.unmodifiableMap(named);
  }

  private static List<@Nullable Object> entries(List<?> list, RelDataType type) {
    List<@Nullable Object> entries = new ArrayList<>(list.size());
    list.forEach(entry -> entries.add(of(entry, type)));
    return Collections.unmodifiableList(entries);
  }

  private static Map<String, @Nullable Object> entries(Map<?, ?> map, RelDataType type) {
    Map<String, @Nullable Object> entries = new LinkedHashMap<>();
    map.forEach((key, value) -> entries.put(String.valueOf(key), of(value, type)));
    return Collections.unmodifiableMap(entries);
  }

  /** How SQL writes a type, without how wide it is. */
  static String name(RelDataType type) {
    return switch (type.getSqlTypeName()) {
      case CHAR -> "VARCHAR";
      case ROW ->
          type.getFieldList().stream()
              .map(field -> field.getName() + " " + name(field.getType()))
              .collect(Collectors.joining(", ", "ROW(", ")"));
      case ARRAY, MULTISET -> name(component(type)) + " ARRAY";
      case MAP -> "MAP(VARCHAR, " + name(Objects.requireNonNull(type.getValueType())) + ")";
      default -> type.getSqlTypeName().getName();
    };
  }
}
