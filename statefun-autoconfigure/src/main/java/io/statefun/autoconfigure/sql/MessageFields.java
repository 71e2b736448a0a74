/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.statefun.autoconfigure.sql.FieldType.ListOf;
import io.statefun.autoconfigure.sql.FieldType.MapOf;
import io.statefun.autoconfigure.sql.FieldType.Scalar;
import io.statefun.autoconfigure.sql.FieldType.Struct;
import java.util.LinkedHashMap;
import java.util.Map;

/** The fields of a protobuf message, by the names that they have in JSON. */
final class MessageFields {

  private final Depth depth = new Depth();

  FieldType of(Descriptor message) {
    return depth.into(message, () -> fields(message));
  }

  private FieldType fields(Descriptor message) {
    Map<String, FieldType> fields = new LinkedHashMap<>();
    for (FieldDescriptor field : message.getFields()) {
      fields.put(field.getJsonName(), field(field));
    }
    return fields.isEmpty() ? Scalar.JSON : new Struct(fields);
  }

  private FieldType field(FieldDescriptor field) {
    if (field.isMapField()) {
      return new MapOf(single(field.getMessageType().findFieldByName("value")));
    }
    return field.isRepeated() ? new ListOf(single(field)) : single(field);
  }

  private FieldType single(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT, LONG -> Scalar.INTEGER;
      case FLOAT, DOUBLE -> Scalar.DOUBLE;
      case BOOLEAN -> Scalar.TRUTH;
      case STRING, BYTE_STRING, ENUM -> Scalar.TEXT;
      case MESSAGE -> of(field.getMessageType());
    };
  }
}
