/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Makes values of classes that Jackson knows. The only one here that knows Jackson's values. */
final class Composer {

  private final JsonMapper mapper;

  Composer(JsonMapper mapper) {
    this.mapper = mapper;
  }

  JsonMapper mapper() {
    return mapper;
  }

  /**
   * Makes a value.
   *
   * @param given a map of fields, JSON, JSON as text, or a value
   * @throws IllegalArgumentException if it cannot become one
   */
  Object compose(Object given, Class<?> type) {
    JavaType javaType = mapper.constructType(type);
    try {
      return given instanceof String text && looksLikeJson(text)
          ? mapper.readValue(text, javaType)
          : mapper.convertValue(given, javaType);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(e.getOriginalMessage(), e);
    }
  }

  /** What many values are made of, each by itself, as a list or a map if it is JSON. */
  Object unfold(Object given) {
    try {
      JsonNode node = null;
      if (given instanceof JsonNode json) {
        node = json;
      } else if (given instanceof String text && looksLikeJson(text)) {
        node = mapper.readTree(text);
      }
      return node == null ? given : mapper.treeToValue(node, Object.class);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(e.getOriginalMessage(), e);
    }
  }

  /** JSON as it is; null if it is not JSON. */
  static @Nullable String text(Object given) {
    return given instanceof JsonNode node ? node.toString() : null;
  }

  private static boolean looksLikeJson(String text) {
    String begun = text.stripLeading();
    return begun.startsWith("{") || begun.startsWith("[");
  }
}
