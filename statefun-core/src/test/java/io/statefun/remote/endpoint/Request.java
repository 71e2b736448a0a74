/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import com.google.protobuf.ByteString;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.remote.protocol.ToFunction;
import io.statefun.remote.protocol.TypedValue;

/** A request in the making, as a runtime sends it. */
final class Request {

  private final ToFunction.InvocationBatchRequest.Builder batch =
      ToFunction.InvocationBatchRequest.newBuilder();
  private final MessageTypes types;

  private Request(MessageTypes types) {
    this.types = types;
  }

  static Request to(String type, String id) {
    return to(MessageTypes.standard(), type, id);
  }

  static Request to(MessageTypes types, String type, String id) {
    Request request = new Request(types);
    request.batch.setTarget(Wire.address(Address.of(type, id)));
    return request;
  }

  /** A state that the runtime knows and that is empty. */
  Request state(String name) {
    batch.addState(ToFunction.PersistedValue.newBuilder().setStateName(name));
    return this;
  }

  Request state(String name, Object value) {
    return state(name, value(value));
  }

  Request state(String name, TypedValue value) {
    batch.addState(ToFunction.PersistedValue.newBuilder().setStateName(name).setStateValue(value));
    return this;
  }

  Request message(Object value) {
    batch.addInvocations(ToFunction.Invocation.newBuilder().setArgument(value(value)));
    return this;
  }

  Request messageFrom(String type, String id, Object value) {
    return messageFrom(Wire.address(Address.of(type, id)), value);
  }

  Request messageFrom(io.statefun.remote.protocol.Address caller, Object value) {
    batch.addInvocations(
        ToFunction.Invocation.newBuilder().setCaller(caller).setArgument(value(value)));
    return this;
  }

  private TypedValue value(Object value) {
    return Wire.value(types.wrap(value));
  }

  static TypedValue value(String typeName, byte[] bytes) {
    return TypedValue.newBuilder()
        .setTypename(typeName)
        .setHasValue(true)
        .setValue(ByteString.copyFrom(bytes))
        .build();
  }

  ToFunction build() {
    return ToFunction.newBuilder().setInvocation(batch).build();
  }

  byte[] bytes() {
    return build().toByteArray();
  }
}
