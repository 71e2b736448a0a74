/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing;

import io.statefun.message.MessageType;
import io.statefun.message.SerializationException;
import io.statefun.message.TypeName;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Records as JSON.
 *
 * @param typeName the name under which values are stored
 * @param javaType the record's class
 */
record JsonType<T>(TypeName typeName, Class<T> javaType) implements MessageType<T> {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  static <T> JsonType<T> of(Class<T> javaType) {
    return new JsonType<>(TypeName.of("io.statefun.json", javaType.getName()), javaType);
  }

  @Override
  public byte[] serialize(T value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JacksonException e) {
      throw new SerializationException("Cannot write a " + javaType.getName(), e);
    }
  }

  @Override
  public T deserialize(byte[] bytes) {
    try {
      return JSON.readValue(bytes, javaType);
    } catch (JacksonException e) {
      throw new SerializationException("Cannot read a " + javaType.getName(), e);
    }
  }

  @Override
  public boolean immutable() {
    return true;
  }
}
