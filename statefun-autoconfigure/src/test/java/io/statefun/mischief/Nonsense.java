/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.mischief;

import com.google.protobuf.ByteString;
import io.statefun.remote.protocol.Address;
import io.statefun.remote.protocol.FromFunction;
import io.statefun.remote.protocol.ToFunction;
import io.statefun.remote.protocol.TypedValue;
import java.util.Random;

/** Replies that the protocol has, and of which nothing may count. */
final class Nonsense {

  private static final String NOBODY = "nobody";
  private static final TypedValue VALUE =
      TypedValue.newBuilder()
          .setTypename("crash/nonsense")
          .setHasValue(true)
          .setValue(ByteString.copyFromUtf8("nonsense"))
          .build();

  private Nonsense() {}

  /** Adds something that cannot be to a reply, by chance. */
  static FromFunction in(
      FromFunction right, ToFunction.InvocationBatchRequest request, Random random) {
    FromFunction.InvocationResponse.Builder reply = right.getInvocationResult().toBuilder();
    switch (random.nextInt(10)) {
      case 0 -> reply.addOutgoingMessages(message("nowhere", NOBODY, "n"));
      case 1 -> reply.addOutgoingMessages(message("", "", "n"));
      case 2 ->
          reply.addDelayedInvocations(delayed(100).setTarget(address("nowhere", NOBODY, "n")));
      case 3 -> reply.addDelayedInvocations(delayed(-1).setTarget(request.getTarget()));
      case 4 -> reply.addStateMutations(change("nobody's", VALUE));
      case 5 ->
          reply.clearStateMutations().addStateMutations(change("count", VALUE)); // of another type
      case 6 ->
          reply.addOutgoingEgresses(
              FromFunction.EgressMessage.newBuilder()
                  .setEgressNamespace("nowhere")
                  .setEgressType(NOBODY)
                  .setArgument(VALUE));
      case 7 ->
          reply.addOutgoingEgresses(
              FromFunction.EgressMessage.newBuilder()
                  .setEgressNamespace("crash")
                  .setEgressType("out")
                  .setArgument(
                      VALUE.toBuilder()
                          .setTypename(
                              "type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord")));
      case 8 -> reply.addDelayedInvocations(delayed(0).setIsCancellationRequest(true));
      default -> {
        return asksForWhatItHas(request);
      }
    }
    return FromFunction.newBuilder().setInvocationResult(reply).build();
  }

  /** If it was given no state, it asks for nothing, and has done nothing. */
  private static FromFunction asksForWhatItHas(ToFunction.InvocationBatchRequest request) {
    FromFunction.IncompleteInvocationContext.Builder asks =
        FromFunction.IncompleteInvocationContext.newBuilder();
    for (ToFunction.PersistedValue state : request.getStateList()) {
      asks.addMissingValues(
          FromFunction.PersistedValueSpec.newBuilder()
              .setStateName(state.getStateName())
              .setTypeTypename("io.statefun.types/long"));
    }
    return FromFunction.newBuilder().setIncompleteInvocationContext(asks).build();
  }

  private static Address address(String namespace, String type, String id) {
    return Address.newBuilder().setNamespace(namespace).setType(type).setId(id).build();
  }

  private static FromFunction.Invocation message(String namespace, String type, String id) {
    return FromFunction.Invocation.newBuilder()
        .setTarget(address(namespace, type, id))
        .setArgument(VALUE)
        .build();
  }

  private static FromFunction.DelayedInvocation.Builder delayed(long millis) {
    return FromFunction.DelayedInvocation.newBuilder().setDelayInMs(millis).setArgument(VALUE);
  }

  private static FromFunction.PersistedValueMutation change(String state, TypedValue value) {
    return FromFunction.PersistedValueMutation.newBuilder()
        .setMutationType(FromFunction.PersistedValueMutation.MutationType.MODIFY)
        .setStateName(state)
        .setStateValue(value)
        .build();
  }
}
