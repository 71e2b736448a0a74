/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.statefun.binding.AnnotatedFunction;
import io.statefun.engine.FailurePolicy;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.remote.endpoint.reference.BeanFunctions;
import io.statefun.remote.protocol.FromFunction;
import io.statefun.remote.protocol.ToFunction;
import java.time.Duration;

/**
 * What anybody may ask. Runs with the inputs that are known; {@code statefun-core/fuzz} looks for
 * others.
 */
class RequestReplyHandlerFuzzTest {

  private static final RequestReplyHandler HANDLER = handler();

  @StatefulFunction("ex/fn")
  static class Counter {

    @MessageHandler
    void on(
        Integer step, @State(value = "seen", expireAfterAccess = "1m") ValueState<Integer> seen) {
      seen.update(0, before -> before + step);
    }
  }

  private static RequestReplyHandler handler() {
    RequestReplyHandler.Builder builder =
        RequestReplyHandler.builder(BeanFunctions.TYPES).asyncTimeout(Duration.ofSeconds(1));
    builder.function(
        AnnotatedFunction.bind(new Counter(), BeanFunctions.TYPES, FailurePolicy.DEFAULT));
    for (Object bean : BeanFunctions.all()) {
      builder.function(AnnotatedFunction.bind(bean, BeanFunctions.TYPES, FailurePolicy.DEFAULT));
    }
    return builder.build();
  }

  @FuzzTest
  void eachRequestIsAnsweredOrRefused(byte[] request) throws Exception {
    byte[] reply;
    try {
      reply = HANDLER.handle(request);
    } catch (RequestFailedException refused) {
      assertThat(refused.getMessage()).isNotBlank();
      return;
    }
    FromFunction parsed = FromFunction.parseFrom(reply);
    assertThat(parsed.hasInvocationResult() || parsed.hasIncompleteInvocationContext())
        .isEqualTo(ToFunction.parseFrom(request).hasInvocation());
  }
}
