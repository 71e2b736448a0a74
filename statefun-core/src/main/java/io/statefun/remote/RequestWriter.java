/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import com.google.protobuf.UnsafeByteOperations;
import io.statefun.engine.RemoteBatch;
import io.statefun.message.Address;
import io.statefun.message.TypedValue;
import io.statefun.remote.protocol.ToFunction;

/** Writes calls as bodies of requests. */
final class RequestWriter {

  private RequestWriter() {}

  static byte[] write(RemoteBatch batch) {
    ToFunction.InvocationBatchRequest.Builder request =
        ToFunction.InvocationBatchRequest.newBuilder().setTarget(address(batch.target()));
    for (RemoteBatch.State state : batch.states()) {
      ToFunction.PersistedValue.Builder value =
          ToFunction.PersistedValue.newBuilder().setStateName(state.name());
      TypedValue held = state.value();
      if (held != null) {
        value.setStateValue(value(held));
      }
      request.addState(value);
    }
    for (RemoteBatch.Item message : batch.messages()) {
      ToFunction.Invocation.Builder invocation =
          ToFunction.Invocation.newBuilder().setArgument(value(message.argument()));
      Address caller = message.caller();
      if (caller != null) {
        invocation.setCaller(address(caller));
      }
      request.addInvocations(invocation);
    }
    return ToFunction.newBuilder().setInvocation(request).build().toByteArray();
  }

  private static io.statefun.remote.protocol.Address address(Address address) {
    return io.statefun.remote.protocol.Address.newBuilder()
        .setNamespace(address.type().namespace())
        .setType(address.type().name())
        .setId(address.id())
        .build();
  }

  private static io.statefun.remote.protocol.TypedValue value(TypedValue value) {
    return io.statefun.remote.protocol.TypedValue.newBuilder()
        .setTypename(value.typeName().toString())
        .setHasValue(true)
        .setValue(UnsafeByteOperations.unsafeWrap(value.bytes()))
        .build();
  }
}
