/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import io.statefun.binding.AnnotatedFunction;
import io.statefun.engine.FailurePolicy;
import io.statefun.message.MessageTypes;
import io.statefun.remote.protocol.Address;
import io.statefun.remote.protocol.FromFunction;
import io.statefun.remote.protocol.TypedValue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Functions that are served, and what they reply. */
final class Served {

  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  static final MessageTypes TYPES = MessageTypes.standard();

  private final RequestReplyHandler handler;

  private Served(RequestReplyHandler handler) {
    this.handler = handler;
  }

  static Served functions(Object... functions) {
    return new Served(builder(functions).build());
  }

  static Served impatiently(Duration asyncTimeout, Object... functions) {
    return new Served(builder(functions).asyncTimeout(asyncTimeout).build());
  }

  static RequestReplyHandler.Builder builder(Object... functions) {
    RequestReplyHandler.Builder builder =
        RequestReplyHandler.builder(TYPES).clock(InstantSource.fixed(NOW));
    for (Object function : functions) {
      builder.function(AnnotatedFunction.bind(function, TYPES, FailurePolicy.DEFAULT));
    }
    return builder;
  }

  FromFunction reply(Request request) throws Exception {
    return FromFunction.parseFrom(handler.handle(request.bytes()));
  }

  FromFunction.InvocationResponse result(Request request) throws Exception {
    FromFunction reply = reply(request);
    if (!reply.hasInvocationResult()) {
      throw new AssertionError("No result: " + reply);
    }
    return reply.getInvocationResult();
  }

  static TypedValue value(Object value) {
    return Wire.value(TYPES.wrap(value));
  }

  static Address address(String type, String id) {
    return Wire.address(io.statefun.message.Address.of(type, id));
  }
}
