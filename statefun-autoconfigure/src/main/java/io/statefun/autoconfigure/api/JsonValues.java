/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import com.google.protobuf.Message;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.SerializationException;
import io.statefun.message.TypedValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Messages and states as JSON, of whatever type they are. */
public final class JsonValues {

  private static final Set<Class<?>> SCALARS =
      Set.of(
          Boolean.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class,
          String.class,
          byte[].class);

  private static final boolean PROTOBUF =
      ClassUtils.isPresent(
          "com.google.protobuf.util.JsonFormat", JsonValues.class.getClassLoader());

  private final MessageTypes types;
  private final JsonMapper mapper;

  JsonValues(MessageTypes types, JsonMapper mapper) {
    this.types = types;
    this.mapper = mapper;
  }

  /** The mapper that writes it. */
  public JsonMapper mapper() {
    return mapper;
  }

  /**
   * Reads a message.
   *
   * @throws InvalidJsonException if it is none of the type, or the type has no JSON
   */
  public TypedValue read(MessageType<?> type, byte[] json) {
    try {
      if (type.isJson()) {
        return checked(type, json);
      }
      if (SCALARS.contains(type.javaType())) {
        return types.wrap(mapper.readValue(json, type.javaType()));
      }
      if (isProtobuf(type)) {
        return types.wrap(ProtobufJson.read(type.javaType().asSubclass(Message.class), json));
      }
    } catch (JacksonException e) {
      throw new InvalidJsonException(type, e.getOriginalMessage(), e);
    } catch (SerializationException e) {
      throw new InvalidJsonException(type, reason(e), e);
    } catch (NullPointerException e) {
      throw new InvalidJsonException(type, "it is null", e);
    }
    throw new InvalidJsonException(type, "the type has no JSON form", null);
  }

  private static TypedValue checked(MessageType<?> type, byte[] json) {
    Object unused = type.deserialize(json);
    return TypedValue.ofBytes(type.typeName(), json);
  }

  private static String reason(SerializationException failure) {
    return failure.getCause() instanceof JacksonException json
        ? json.getOriginalMessage()
        : String.valueOf(failure.getMessage());
  }

  private static boolean isProtobuf(MessageType<?> type) {
    return PROTOBUF && Message.class.isAssignableFrom(type.javaType());
  }

  /** A message or a value that tells its type, as JSON. */
  byte[] write(TypedValue value) {
    MessageType<?> type = types.find(value.typeName());
    return isJson(type, value.bytes())
        ? value.bytes()
        : mapper.writeValueAsBytes(tree(value, type));
  }

  /**
   * Whether a value is JSON, for which a type that is not known is taken if it looks like it: the
   * types of replies are known only once there was one.
   */
  private boolean isJson(@Nullable MessageType<?> type, byte[] bytes) {
    if (type != null) {
      return type.isJson();
    }
    if (bytes.length == 0 || bytes[0] != '{' && bytes[0] != '[') {
      return false;
    }
    try {
      return mapper.readTree(bytes) != null;
    } catch (JacksonException e) {
      return false;
    }
  }

  /** The same to be put into something larger. */
  public JsonNode tree(TypedValue value) {
    return tree(value, types.find(value.typeName()));
  }

  private JsonNode tree(TypedValue value, @Nullable MessageType<?> type) {
    try {
      if (isJson(type, value.bytes())) {
        return mapper.readTree(value.bytes());
      }
      if (type != null && SCALARS.contains(type.javaType())) {
        return mapper.valueToTree(type.deserialize(value.bytes()));
      }
      if (type != null && isProtobuf(type)) {
        return mapper.readTree(ProtobufJson.write((Message) type.deserialize(value.bytes())));
      }
    } catch (JacksonException | SerializationException e) {
      // What cannot be read is shown as what it is.
    }
    Map<String, Object> raw = new LinkedHashMap<>();
    raw.put("type", value.typeName().toString());
    raw.put("base64", value.bytes());
    return mapper.valueToTree(raw);
  }

  /** What a state holds: a value, a list or a map. */
  public JsonNode state(Object held) {
    if (held instanceof List<?> list) {
      return mapper.valueToTree(list.stream().map(this::value).toList());
    }
    if (held instanceof Map<?, ?> map) {
      Map<String, JsonNode> entries = new LinkedHashMap<>();
      map.forEach((key, value) -> entries.put(key(key), value(value)));
      return mapper.valueToTree(entries);
    }
    return value(held);
  }

  private JsonNode value(Object value) {
    return tree(types.wrap(value));
  }

  private String key(Object key) {
    JsonNode node = value(key);
    return node.isValueNode() ? node.asString() : node.toString();
  }
}
