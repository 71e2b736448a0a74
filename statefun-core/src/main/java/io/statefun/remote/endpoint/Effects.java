/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.remote.protocol.FromFunction.DelayedInvocation;
import io.statefun.remote.protocol.FromFunction.EgressMessage;
import io.statefun.remote.protocol.FromFunction.Invocation;
import io.statefun.remote.protocol.FromFunction.InvocationResponse;
import java.util.HashSet;
import java.util.Set;

/** What the handlers of one batch have sent, in the order in which they did. */
final class Effects {

  private final InvocationResponse.Builder response = InvocationResponse.newBuilder();
  private final Set<String> tokens = new HashSet<>();

  void send(Address to, TypedValue message) {
    response.addOutgoingMessages(
        Invocation.newBuilder().setTarget(Wire.address(to)).setArgument(Wire.value(message)));
  }

  /**
   * @param token empty for none
   * @throws IllegalStateException if a message of this batch waits under the token; of those of
   *     earlier batches only the runtime knows
   */
  void sendLater(long delayMillis, Address to, TypedValue message, String token) {
    if (!token.isEmpty() && !tokens.add(token)) {
      throw new IllegalStateException(
          "A delayed message waits under the cancellation token '"
              + token
              + "' already. Cancel it first, or use another token.");
    }
    response.addDelayedInvocations(
        DelayedInvocation.newBuilder()
            .setDelayInMs(delayMillis)
            .setTarget(Wire.address(to))
            .setArgument(Wire.value(message))
            .setCancellationToken(token));
  }

  void cancel(String token) {
    tokens.remove(token);
    response.addDelayedInvocations(
        DelayedInvocation.newBuilder().setIsCancellationRequest(true).setCancellationToken(token));
  }

  void egress(TypeName egress, TypedValue argument) {
    response.addOutgoingEgresses(
        EgressMessage.newBuilder()
            .setEgressNamespace(egress.namespace())
            .setEgressType(egress.name())
            .setArgument(Wire.value(argument)));
  }

  /** Everything as a reply, to which the changes of state are to be added. */
  InvocationResponse.Builder response() {
    return response;
  }
}
