/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.statefun.engine.StateSpec;
import io.statefun.engine.UnhandledMessageException;
import io.statefun.function.ValueState;
import io.statefun.message.MessageType;
import io.statefun.remote.protocol.FromFunction.PersistedValueMutation;
import io.statefun.remote.protocol.FromFunction.PersistedValueMutation.MutationType;
import io.statefun.remote.protocol.TypedValue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A state of the instance that a batch is for: the value that came with the request, and what the
 * handlers have made of it. A value is turned into bytes when it is set, so that a change of an
 * object that nobody sets stays what it is, and a value that cannot be written fails its handler.
 */
final class BatchState<T> implements ValueState<T> {

  private final BatchInvocation invocation;
  private final StateSpec spec;
  private final MessageType<T> type;
  private final boolean given;
  private @Nullable ByteString bytes;
  private @Nullable T read;
  private boolean written;

  /**
   * @param bytes the value that came with the request, null for none
   */
  @SuppressWarnings("unchecked")
  BatchState(BatchInvocation invocation, StateSpec spec, @Nullable ByteString bytes) {
    this.invocation = invocation;
    this.spec = spec;
    this.type = (MessageType<T>) spec.valueType();
    this.given = bytes != null;
    this.bytes = bytes;
  }

  @Override
  public @Nullable T get() {
    invocation.check();
    if (bytes == null || read != null) {
      return read;
    }
    T value = deserialize(bytes);
    if (type.immutable()) {
      read = value;
    }
    return value;
  }

  private T deserialize(ByteString stored) {
    try {
      return type.deserialize(stored.toByteArray());
    } catch (RuntimeException e) {
      throw new UnhandledMessageException(
          "The state '"
              + spec.name()
              + "' of "
              + invocation.self()
              + " cannot be read: "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public void set(T value) {
    invocation.check();
    Objects.requireNonNull(value, () -> "State '" + spec.name() + "': use clear() to remove it");
    bytes = UnsafeByteOperations.unsafeWrap(type.serialize(value));
    read = type.immutable() ? value : null;
    written = true;
  }

  @Override
  public void clear() {
    invocation.check();
    if (bytes != null) {
      bytes = null;
      read = null;
      written = true;
    }
  }

  /** What the batch has done to the state in all; null for nothing. */
  @Nullable PersistedValueMutation mutation() {
    if (!written || (bytes == null && !given)) {
      return null;
    }
    PersistedValueMutation.Builder mutation =
        PersistedValueMutation.newBuilder().setStateName(ServedFunction.wireName(spec));
    if (bytes == null) {
      return mutation.setMutationType(MutationType.DELETE).build();
    }
    return mutation
        .setMutationType(MutationType.MODIFY)
        .setStateValue(
            TypedValue.newBuilder()
                .setTypename(type.typeName().toString())
                .setHasValue(true)
                .setValue(bytes))
        .build();
  }
}
