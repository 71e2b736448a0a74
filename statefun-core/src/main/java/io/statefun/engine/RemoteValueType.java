/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;

/**
 * The type of a state of a function that runs elsewhere: values are stored by their bytes alone, as
 * a function in this process would store them, so that functions can move.
 */
final class RemoteValueType implements MessageType<TypedValue> {

  private final TypeName typeName;

  RemoteValueType(TypeName typeName) {
    this.typeName = typeName;
  }

  @Override
  public TypeName typeName() {
    return typeName;
  }

  @Override
  public Class<TypedValue> javaType() {
    return TypedValue.class;
  }

  @Override
  public byte[] serialize(TypedValue value) {
    return value.bytes().clone();
  }

  @Override
  public TypedValue deserialize(byte[] bytes) {
    return TypedValue.ofBytes(typeName, bytes);
  }

  @Override
  public boolean immutable() {
    return true;
  }

  @Override
  public boolean total() {
    return true;
  }

  @Override
  public String toString() {
    return typeName.toString();
  }
}
