/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import io.statefun.wire.ByteWriter;
import org.jspecify.annotations.Nullable;

/**
 * How values of one Java type travel and rest: under which name, and as which bytes.
 *
 * <p>Implementations are stateless or immutable, and are called by several threads at once.
 *
 * @param <T> the Java type
 */
public interface MessageType<T> {

  /** The name under which the type is stored and sent. It must never change for stored data. */
  TypeName typeName();

  /** The Java type that values have. */
  Class<T> javaType();

  /**
   * Turns a value into bytes.
   *
   * @return a fresh array that the caller owns
   * @throws SerializationException if the value cannot be written
   */
  byte[] serialize(T value);

  /**
   * Reads a value from bytes that {@link #serialize} wrote, possibly by an older version of the
   * application.
   *
   * @param bytes the bytes, which nobody ever changes, so that a value may hold them
   * @throws SerializationException if the bytes are not a value of this type
   */
  T deserialize(byte[] bytes);

  /**
   * Writes the length and the bytes of a value, as {@link #serialize} makes them, behind what a
   * writer has. To be overridden by types that need no array of their own for that.
   *
   * @throws SerializationException if the value cannot be written; then so is nothing of it
   */
  default void serializeTo(ByteWriter out, T value) {
    out.writeBytes(serialize(value));
  }

  /**
   * Whether values never change after they were made, whoever holds them. Such values are handed
   * over by reference; others are copied through their bytes each time they change hands, so that
   * no change leaks that a handler did not set.
   *
   * <p>A value that never changes is written when its epoch ends, if at all. So {@link #serialize}
   * must not fail then: the node would stop. A type some of whose values cannot be written should
   * say false, and then the handler that made the value fails.
   */
  boolean immutable();

  /**
   * Whether {@link #serialize} succeeds for every value, so that it may be done later, if at all. A
   * value of another type is written when it is sent, so that the handler that made a value which
   * cannot be written fails, and not the epoch of which it would have become a part.
   */
  default boolean total() {
    return false;
  }

  /** Whether the bytes are JSON; false, the default, if they are not. */
  default boolean isJson() {
    return false;
  }

  /**
   * Shows a value to people who look into what is stored, as those who inspect a savepoint.
   *
   * @param bytes as {@link #serialize} wrote them
   * @return a text, of any length; null, the default, if there is none that says more than the
   *     bytes
   * @throws SerializationException if the bytes are not a value of this type
   */
  default @Nullable String describe(byte[] bytes) {
    return null;
  }
}
