/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import io.statefun.wire.ByteWriter;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value and the name of its type: what messages, state and egress records are made of.
 *
 * <p>It holds an object, bytes or both. Bytes are made of an object when somebody asks for them
 * first, and an object of bytes likewise, so that a message between two functions of one node is
 * never serialized unless it crosses a barrier. Objects of mutable types are turned into bytes at
 * once, so that a typed value never changes; and so are objects of types whose values can't always
 * be written, so that who made them hears of it. Safe for use by any thread.
 */
public final class TypedValue {

  private final TypeName typeName;
  private final @Nullable MessageType<?> type;
  private final @Nullable Object object;
  private byte @Nullable [] bytes;

  private TypedValue(
      TypeName typeName,
      @Nullable MessageType<?> type,
      @Nullable Object object,
      byte @Nullable [] bytes) {
    this.typeName = typeName;
    this.type = type;
    this.object = object;
    this.bytes = bytes;
  }

  /**
   * Wraps an object.
   *
   * @throws SerializationException if the object cannot be written
   */
  public static <T> TypedValue of(MessageType<T> type, T object) {
    Objects.requireNonNull(object, "object");
    byte @Nullable [] bytes = type.immutable() && type.total() ? null : type.serialize(object);
    return type.immutable()
        ? new TypedValue(type.typeName(), type, object, bytes)
        : new TypedValue(type.typeName(), null, null, bytes);
  }

  /** Wraps bytes, which the caller hands over and must not change afterwards. */
  public static TypedValue ofBytes(TypeName typeName, byte[] bytes) {
    return new TypedValue(typeName, null, null, Objects.requireNonNull(bytes, "bytes"));
  }

  /** The name of the value's type. */
  public TypeName typeName() {
    return typeName;
  }

  /** Whether an object of this very type is held, so that {@link #as} costs nothing. */
  public boolean holdsObjectOf(MessageType<?> other) {
    return type == other;
  }

  /** The object that is held, or null if there are only bytes. */
  public @Nullable Object heldObject() {
    return object;
  }

  /**
   * The object.
   *
   * @throws SerializationException if the bytes are not a value of that type
   */
  public <T> T as(MessageType<T> wanted) {
    Object held = object;
    if (held != null && (type == wanted || wanted.javaType().isInstance(held))) {
      return wanted.javaType().cast(held);
    }
    return wanted.deserialize(bytes());
  }

  /**
   * The bytes, made at the first call. They are shared and must not be changed.
   *
   * @throws SerializationException if the object cannot be written
   */
  public byte[] bytes() {
    byte[] result = bytes;
    if (result == null) {
      result = serialize();
      bytes = result;
    }
    return result;
  }

  /**
   * Writes the length and the bytes behind what a writer has, without keeping them.
   *
   * @throws SerializationException if the object cannot be written
   */
  @SuppressWarnings("unchecked")
  public void writeTo(ByteWriter out) {
    byte[] known = bytes;
    if (known != null) {
      out.writeBytes(known);
    } else {
      ((MessageType<Object>) Objects.requireNonNull(type))
          .serializeTo(out, Objects.requireNonNull(object));
    }
  }

  @SuppressWarnings("unchecked")
  private byte[] serialize() {
    MessageType<Object> known = (MessageType<Object>) Objects.requireNonNull(type);
    return known.serialize(Objects.requireNonNull(object));
  }

  /** Two typed values are equal if their type names and their bytes are. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof TypedValue that
            && typeName.equals(that.typeName)
            && Arrays.equals(bytes(), that.bytes()));
  }

  @Override
  public int hashCode() {
    return 31 * typeName.hashCode() + Arrays.hashCode(bytes());
  }

  /** The type name and the size, never the content, which may be confidential. */
  @Override
  public String toString() {
    return typeName + (object == null ? "[" + bytes().length + " bytes]" : "");
  }
}
