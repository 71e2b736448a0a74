/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import com.google.protobuf.ByteString;
import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import io.statefun.autoconfigure.sql.FieldType.ListOf;
import io.statefun.autoconfigure.sql.FieldType.MapOf;
import io.statefun.autoconfigure.sql.FieldType.Scalar;
import io.statefun.engine.StateSpec;
import io.statefun.message.MessageType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.json.JsonMapper;

/** Finds out what fields states have, of which it knows a class once. Usable by any thread. */
final class StateTypes {

  private static final Map<Class<?>, FieldType> SCALARS =
      Map.of(
          Boolean.class, Scalar.TRUTH,
          Integer.class, Scalar.INTEGER,
          Long.class, Scalar.INTEGER,
          Float.class, Scalar.DOUBLE,
          Double.class, Scalar.DOUBLE,
          String.class, Scalar.TEXT,
          byte[].class, Scalar.TEXT,
          ByteString.class, Scalar.TEXT);

  private final JsonMapper mapper;
  private final Map<Class<?>, FieldType> known = new ConcurrentHashMap<>();

  /**
   * @param mapper that writes states
   */
  StateTypes(JsonMapper mapper) {
    this.mapper = mapper;
  }

  FieldType of(StateSpec state) {
    FieldType value = of(state.valueType());
    return switch (state.kind()) {
      case VALUE -> value;
      case LIST -> new ListOf(value);
      case MAP -> new MapOf(value);
    };
  }

  private FieldType of(MessageType<?> type) {
    if (type.isJson()) {
      return known.computeIfAbsent(type.javaType(), java -> new ClassFields(mapper).of(java));
    }
    FieldType scalar = SCALARS.get(type.javaType());
    if (scalar != null) {
      return scalar;
    }
    return Message.class.isAssignableFrom(type.javaType())
        ? known.computeIfAbsent(type.javaType(), StateTypes::ofMessage)
        : Scalar.DESCRIPTION;
  }

  private static FieldType ofMessage(Class<?> type) {
    return new MessageFields()
        .of(Internal.getDefaultInstance(type.asSubclass(Message.class)).getDescriptorForType());
  }
}
