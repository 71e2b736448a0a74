/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import io.statefun.autoconfigure.sql.FieldType.ListOf;
import io.statefun.autoconfigure.sql.FieldType.MapOf;
import io.statefun.autoconfigure.sql.FieldType.Scalar;
import io.statefun.autoconfigure.sql.FieldType.Struct;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns what states hold, as trees, into what Calcite computes with. What is of another type than
 * it should be is null, as no condition holds for it either, and is told. For one thread.
 */
final class FieldValues {

  /** Numbers with more digits before or behind the point would take too long to compute with. */
  private static final int MAX_DIGITS = 1_000;

  private final JsonMapper mapper;
  private boolean misfit;

  FieldValues(JsonMapper mapper) {
    this.mapper = mapper;
  }

  /** Whether anything did not fit since it was last asked. */
  boolean hadMisfit() {
    boolean had = misfit;
    misfit = false;
    return had;
  }

  /** The value; null if there is none, or none that fits. */
  @Nullable Object of(FieldType type, @Nullable Object tree) {
    if (tree == null) {
      return null;
    }
    Object value = fitting(type, tree);
    misfit |= value == null;
    return value;
  }

  private @Nullable Object fitting(FieldType type, Object tree) {
    if (type instanceof Scalar scalar) {
      return scalar(scalar, tree);
    }
    if (type instanceof Struct struct) {
      return tree instanceof Map<?, ?> map ? fields(struct, map) : null;
    }
    if (type instanceof ListOf list) {
      return tree instanceof List<?> entries ? entries(list, entries) : null;
    }
    return tree instanceof Map<?, ?> map ? entries((MapOf) type, map) : null;
  }

  private @Nullable Object[] fields(Struct struct, Map<?, ?> map) {
    @Nullable Object[] fields = new Object[struct.fields().size()];
    int at = 0;
    for (Map.Entry<String, FieldType> field : struct.fields().entrySet()) {
      fields[at++] = of(field.getValue(), map.get(field.getKey()));
    }
    return fields;
  }

  private List<@Nullable Object> entries(ListOf type, List<?> list) {
    List<@Nullable Object> entries = new ArrayList<>(list.size());
    list.forEach(entry -> entries.add(of(type.entry(), entry)));
    return entries;
  }

  private Map<String, @Nullable Object> entries(MapOf type, Map<?, ?> map) {
    Map<String, @Nullable Object> entries = new LinkedHashMap<>();
    map.forEach((key, value) -> entries.put(String.valueOf(key), of(type.value(), value)));
    return entries;
  }

  private @Nullable Object scalar(Scalar type, Object tree) {
    return switch (type) {
      case TRUTH -> tree instanceof Boolean ? tree : null;
      case INTEGER -> tree instanceof Number number ? integer(number) : null;
      case DECIMAL -> tree instanceof Number number ? decimal(number) : null;
      case DOUBLE -> tree instanceof Number number ? number(number) : null;
      case TEXT, DESCRIPTION -> tree instanceof String ? tree : null;
      case DATE -> tree instanceof String text ? date(text) : null;
      case TIMESTAMP -> tree instanceof String text ? timestamp(text) : null;
      case JSON -> mapper.writeValueAsString(tree);
    };
  }

  private static @Nullable Long integer(Number number) {
    if (number instanceof Long whole) {
      return whole;
    }
    if (number instanceof Integer whole) {
      return whole.longValue();
    }
    BigDecimal decimal = decimal(number);
    try {
      return decimal == null ? null : decimal.longValueExact();
    } catch (ArithmeticException other) {
      return null;
    }
  }

  private static @Nullable BigDecimal decimal(Number number) {
    BigDecimal decimal;
    if (number instanceof BigDecimal exact) {
      decimal = exact;
    } else if (number instanceof BigInteger whole) {
      decimal = new BigDecimal(whole);
    } else if (number instanceof Double || number instanceof Float) {
      double rounded = number.doubleValue();
      return Double.isFinite(rounded) ? new BigDecimal(number.toString()) : null;
    } else {
      return BigDecimal.valueOf(number.longValue());
    }
    boolean isSmall = decimal.precision() <= MAX_DIGITS && Math.abs(decimal.scale()) <= MAX_DIGITS;
    return isSmall ? decimal : null;
  }

  private static double number(Number number) {
    return number instanceof Float ? Double.parseDouble(number.toString()) : number.doubleValue();
  }

  private static @Nullable Integer date(String text) {
    try {
      return Math.toIntExact(LocalDate.parse(text).toEpochDay());
    } catch (DateTimeException | ArithmeticException other) {
      return null;
    }
  }

  private static @Nullable Long timestamp(String text) {
    try {
      TemporalAccessor time =
          DateTimeFormatter.ISO_DATE_TIME.parseBest(text, ZonedDateTime::from, LocalDateTime::from);
      return time instanceof ZonedDateTime zoned
          ? zoned.toInstant().toEpochMilli()
          : ((LocalDateTime) time).toInstant(ZoneOffset.UTC).toEpochMilli();
    } catch (DateTimeException | ArithmeticException other) {
      return null;
    }
  }
}
