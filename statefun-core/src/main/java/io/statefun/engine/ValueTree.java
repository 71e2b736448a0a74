/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypedValue;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stored values as trees whose fields can be looked at: texts, numbers, truths, lists, and maps by
 * texts. JSON is read as it is stored, without its class; the fields of protobuf messages have the
 * names that they have in JSON; bytes are texts in Base64.
 */
record ValueTree(MessageTypes types) implements StateValues.Form {

  private static final boolean JSON = hasJackson();

  private static boolean hasJackson() {
    try {
      Class.forName(
          "tools.jackson.databind.json.JsonMapper", false, ValueTree.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** The tree, or null if nobody knows what fields such values have. */
  @Override
  public @Nullable Object read(MessageType<?> type, byte[] stored) {
    if (type.isJson()) {
      return JSON ? JsonTree.read(stored) : null;
    }
    return tree(type.deserialize(stored));
  }

  private @Nullable Object tree(Object value) {
    if (value instanceof TypedValue typed) {
      MessageType<?> type = types.find(typed.typeName());
      return type == null ? null : read(type, typed.bytes());
    }
    if (value instanceof byte[] bytes) {
      return Base64.getEncoder().encodeToString(bytes);
    }
    if (value instanceof ByteString bytes) {
      return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
    if (value instanceof Message message) {
      return fields(message);
    }
    return value instanceof String || value instanceof Number || value instanceof Boolean
        ? value
        : null;
  }

  private Map<String, Object> fields(Message message) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (!field.hasPresence() || message.hasField(field)) {
        Object value = field(field, message.getField(field));
        if (value != null) {
          fields.put(field.getJsonName(), value);
        }
      }
    }
    return fields;
  }

  private @Nullable Object field(FieldDescriptor field, Object value) {
    if (field.isMapField()) {
      Map<String, Object> entries = new LinkedHashMap<>();
      FieldDescriptor of = field.getMessageType().findFieldByName("value");
      for (Object entry : (List<?>) value) {
        Message pair = (Message) entry;
        Object content = single(pair.getField(of));
        if (content != null) {
          FieldDescriptor key = field.getMessageType().findFieldByName("key");
          entries.put(String.valueOf(pair.getField(key)), content);
        }
      }
      return entries;
    }
    return value instanceof List<?> list
        ? list.stream().map(entry -> single(entry)).toList()
        : single(value);
  }

  private @Nullable Object single(Object value) {
    return value instanceof EnumValueDescriptor constant ? constant.getName() : tree(value);
  }
}
