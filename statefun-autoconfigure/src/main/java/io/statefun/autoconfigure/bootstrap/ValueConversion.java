/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import com.google.protobuf.ByteString;
import io.statefun.engine.StateSpec;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns what columns have into what a state takes. */
final class ValueConversion {

  private final StateSpec state;
  private final @Nullable Composer composer;

  /**
   * @param composer makes values of other than the simple classes; null if Jackson is not there
   */
  ValueConversion(StateSpec state, @Nullable Composer composer) {
    this.state = state;
    this.composer = composer;
  }

  /**
   * Converts a value.
   *
   * @throws IllegalArgumentException if that is not possible
   */
  Object convert(Object given) {
    return switch (state.kind()) {
      case VALUE -> single(given, state.valueType().javaType());
      case LIST -> list(given);
      case MAP -> map(given);
    };
  }

  private Object list(Object given) {
    if (!(unfold(given) instanceof Iterable<?> entries)) {
      throw new IllegalArgumentException("a list is needed, not " + given.getClass().getName());
    }
    List<Object> list = new ArrayList<>();
    for (Object entry : entries) {
      list.add(single(Objects.requireNonNull(entry, "null"), state.valueType().javaType()));
    }
    return list;
  }

  private Object map(Object given) {
    if (!(unfold(given) instanceof Map<?, ?> entries)) {
      throw new IllegalArgumentException("a map is needed, not " + given.getClass().getName());
    }
    Class<?> keyType = Objects.requireNonNull(state.keyType()).javaType();
    Map<Object, Object> map = new LinkedHashMap<>();
    entries.forEach(
        (key, value) ->
            map.put(
                single(Objects.requireNonNull(key), keyType),
                single(Objects.requireNonNull(value, "null"), state.valueType().javaType())));
    return map;
  }

  private Object unfold(Object given) {
    return composer == null ? given : composer.unfold(given);
  }

  private Object single(Object given, Class<?> type) {
    if (type.isInstance(given)) {
      return given;
    }
    try {
      Object simple = simple(given, type);
      if (simple != null) {
        return simple;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + given + "' is no " + type.getSimpleName(), e);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(given + " does not fit into " + type.getSimpleName(), e);
    }
    if (composer == null) {
      throw new IllegalArgumentException(
          "to make a "
              + type.getName()
              + " of it, add tools.jackson.core:jackson-databind to the class path");
    }
    return composer.compose(given, type);
  }

  private @Nullable Object simple(Object given, Class<?> type) {
    if (type == Long.class) {
      return number(given).longValueExact();
    }
    if (type == Integer.class) {
      return number(given).intValueExact();
    }
    if (type == Double.class) {
      return number(given).doubleValue();
    }
    if (type == Float.class) {
      return number(given).floatValue();
    }
    if (type == String.class) {
      return text(given);
    }
    if (type == Boolean.class && given instanceof String text) {
      return bool(text);
    }
    return type == ByteString.class && given instanceof byte[] bytes
        ? ByteString.copyFrom(bytes)
        : null;
  }

  private static BigDecimal number(Object given) {
    if (given instanceof Long || given instanceof Integer || given instanceof Short) {
      return BigDecimal.valueOf(((Number) given).longValue());
    }
    return given instanceof BigDecimal decimal ? decimal : new BigDecimal(given.toString().strip());
  }

  private String text(Object given) {
    if (given instanceof BigDecimal decimal) {
      return decimal.toPlainString();
    }
    String json = composer == null ? null : Composer.text(given);
    return json == null ? given.toString() : json;
  }

  private static Boolean bool(String text) {
    return switch (text.toLowerCase(java.util.Locale.ROOT)) {
      case "true", "t", "1", "yes" -> true;
      case "false", "f", "0", "no" -> false;
      default -> throw new IllegalArgumentException("'" + text + "' is neither true nor false");
    };
  }
}
