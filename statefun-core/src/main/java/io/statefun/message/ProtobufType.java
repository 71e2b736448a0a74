/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.TextFormat;

/** Messages of a generated protobuf class, under the name that the protocol's SDKs give them. */
final class ProtobufType<T extends Message> implements MessageType<T> {

  private static final String NAMESPACE = "type.googleapis.com";

  private final TypeName typeName;
  private final Class<T> javaType;
  private final Parser<? extends Message> parser;

  private ProtobufType(Class<T> javaType, Message prototype) {
    this.typeName = TypeName.of(NAMESPACE, prototype.getDescriptorForType().getFullName());
    this.javaType = javaType;
    this.parser = prototype.getParserForType();
  }

  static <T extends Message> ProtobufType<T> of(Class<T> javaType) {
    try {
      Message prototype = (Message) javaType.getMethod("getDefaultInstance").invoke(null);
      return new ProtobufType<>(javaType, prototype);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          javaType.getName()
              + " cannot be sent or stored: it is not a generated protobuf class. Name the class"
              + " that protoc made of the message.",
          e);
    }
  }

  @Override
  public TypeName typeName() {
    return typeName;
  }

  @Override
  public Class<T> javaType() {
    return javaType;
  }

  @Override
  public byte[] serialize(T value) {
    return value.toByteArray();
  }

  @Override
  public T deserialize(byte[] bytes) {
    try {
      return javaType.cast(parser.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new SerializationException(
          bytes.length + " bytes are not a value of type " + typeName, e);
    }
  }

  @Override
  public boolean immutable() {
    return true;
  }

  @Override
  public boolean total() {
    return true;
  }

  /** Protobuf's text format, in one line. */
  @Override
  public String describe(byte[] bytes) {
    return TextFormat.printer().emittingSingleLine(true).printToString(deserialize(bytes));
  }

  @Override
  public String toString() {
    return typeName.toString();
  }
}
