/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.message.MessageType;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON schemas of messages. Those of classes are there if the application has the library that
 * makes them; without it, and for types that are not JSON by themselves, any JSON will do.
 */
final class MessageSchemas {

  private static final boolean OF_CLASSES =
      ClassUtils.isPresent(
          "com.github.victools.jsonschema.module.jackson.JacksonSchemaModule",
          MessageSchemas.class.getClassLoader());

  private static final Map<Class<?>, String> SCALARS =
      Map.of(
          Boolean.class, "boolean",
          Integer.class, "integer",
          Long.class, "integer",
          Float.class, "number",
          Double.class, "number",
          String.class, "string",
          byte[].class, "string");

  private static final String DEFINITIONS = "components/schemas";

  private final JsonMapper mapper;
  private final @Nullable ClassSchemas classes;

  MessageSchemas(JsonMapper mapper) {
    this.mapper = mapper;
    this.classes = OF_CLASSES ? new ClassSchemas(mapper) : null;
  }

  /** The schema of a type, which is complete once {@link #definitions} has been called. */
  ObjectNode schema(MessageType<?> type) {
    ObjectNode schema = mapper.createObjectNode().put("title", type.typeName().toString());
    String scalar = SCALARS.get(type.javaType());
    if (scalar != null) {
      schema.put("type", scalar);
    } else if (type.isJson() && classes != null) {
      schema.putArray("allOf").add(classes.schema(type.javaType()));
    }
    return schema;
  }

  /** What the schemas refer to under {@code components/schemas}. */
  ObjectNode definitions() {
    return classes == null ? mapper.createObjectNode() : classes.definitions(DEFINITIONS);
  }
}
