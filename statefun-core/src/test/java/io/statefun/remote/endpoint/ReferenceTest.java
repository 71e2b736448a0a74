/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.binding.AnnotatedFunction;
import io.statefun.engine.FailurePolicy;
import io.statefun.remote.endpoint.reference.BeanFunctions;
import io.statefun.remote.endpoint.reference.Programs;
import io.statefun.remote.endpoint.reference.SdkFunctions;
import io.statefun.remote.protocol.FromFunction;
import io.statefun.remote.protocol.FromFunction.InvocationResponse;
import io.statefun.remote.protocol.FromFunction.PersistedValueMutation;
import io.statefun.remote.protocol.FromFunction.PersistedValueMutation.MutationType;
import io.statefun.remote.protocol.ToFunction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The same functions, written as beans and with the Java SDK of Apache Flink Stateful Functions,
 * get the same requests and must reply the same. What they do is in the messages: programs of a few
 * steps, made at random.
 */
class ReferenceTest {

  private static final String CALCULATOR = "ref/calculator";

  private final RequestReplyHandler beans = beans();
  private final SdkFunctions sdk = new SdkFunctions();

  private static RequestReplyHandler beans() {
    RequestReplyHandler.Builder builder = RequestReplyHandler.builder(BeanFunctions.TYPES);
    for (Object bean : BeanFunctions.all()) {
      builder.function(AnnotatedFunction.bind(bean, BeanFunctions.TYPES, FailurePolicy.DEFAULT));
    }
    return builder.build();
  }

  @Test
  void statesAreDeclaredTheSame() throws Exception {
    compare(request(CALCULATOR).message("").build());
    for (String state : Programs.STATES) {
      compare(request(CALCULATOR).state(state).message("set int 1").build());
    }
    compare(request("ref/stateless").message(1).build());
  }

  @Test
  void programsDoTheSame() throws Exception {
    Random random = new Random(42);
    int effects = 0;
    for (int i = 0; i < 3_000; i++) {
      effects += compare(randomRequest(random)).getSerializedSize();
    }
    assertThat(effects).as("a run in which nothing happens proves nothing").isPositive();
  }

  /** A batch for an instance of which some states are empty and others have values. */
  private static ToFunction randomRequest(Random random) {
    Request request = request(CALCULATOR);
    for (String state : Programs.STATES) {
      if (random.nextBoolean()) {
        request.state(state, BeanFunctions.value(state, Programs.number(random)));
      } else {
        request.state(state);
      }
    }
    request.state("not_declared", 7);
    for (int i = random.nextInt(4); i >= 0; i--) {
      String program = Programs.random(random);
      switch (random.nextInt(3)) {
        case 0 -> request.message(program);
        case 1 -> request.messageFrom("ref/friend", "f", program);
        default ->
            request.messageFrom(io.statefun.remote.protocol.Address.getDefaultInstance(), program);
      }
    }
    return request.build();
  }

  @Test
  void functionsWithoutStateDoTheSame() throws Exception {
    for (Object message : List.of(true, 5, 5L, 1.5f, 1.5, "text", 0, "")) {
      compare(request("ref/stateless").message(message).message(message).build());
    }
    compare(request("ref/stateless").message(BeanFunctions.value("json", 3)).build());
  }

  @Test
  void operationsDoTheSame() throws Exception {
    compare(request("ref/asking").state("answers").message("a").message("b").build());
  }

  @Test
  void aFailureIsNoReply() {
    assertFails(request("ref/failing").message("fail").build());
    assertFails(request("ref/nobody").message("m").build());
  }

  private void assertFails(ToFunction request) {
    assertThat(failure(() -> beans.handle(request.toByteArray()))).isTrue();
    assertThat(failure(() -> sdk.handle(request.toByteArray()))).isTrue();
  }

  private interface Call {
    void run() throws Exception;
  }

  private static boolean failure(Call call) {
    try {
      call.run();
      return false;
    } catch (Exception e) {
      return true;
    }
  }

  @Test
  void aRequestWithoutBatchDoesTheSame() throws Exception {
    compare(ToFunction.getDefaultInstance());
  }

  /** Compares, and returns what both have replied. */
  private FromFunction compare(ToFunction request) throws Exception {
    byte[] bytes = request.toByteArray();
    FromFunction ours = FromFunction.parseFrom(beans.handle(bytes));
    FromFunction theirs = FromFunction.parseFrom(sdk.handle(bytes));
    assertThat(canonical(ours, request))
        .as("%s", request)
        .isEqualTo(canonical(withTypes(theirs), request));
    return ours;
  }

  /**
   * The order of states is free. That an empty state is removed is told by the SDK, and not by us:
   * it stays empty either way.
   */
  private static FromFunction canonical(FromFunction reply, ToFunction request) {
    FromFunction.Builder canonical = reply.toBuilder();
    if (reply.hasIncompleteInvocationContext()) {
      FromFunction.IncompleteInvocationContext.Builder missing =
          canonical.getIncompleteInvocationContextBuilder();
      List<FromFunction.PersistedValueSpec> specs = new ArrayList<>(missing.getMissingValuesList());
      specs.sort(Comparator.comparing(FromFunction.PersistedValueSpec::getStateName));
      missing.clearMissingValues().addAllMissingValues(specs);
    }
    if (reply.hasInvocationResult()) {
      InvocationResponse.Builder result = canonical.getInvocationResultBuilder();
      Set<String> given =
          request.getInvocation().getStateList().stream()
              .filter(state -> state.getStateValue().getHasValue())
              .map(ToFunction.PersistedValue::getStateName)
              .collect(Collectors.toSet());
      List<PersistedValueMutation> mutations =
          result.getStateMutationsList().stream()
              .filter(
                  mutation ->
                      mutation.getMutationType() != MutationType.DELETE
                          || given.contains(mutation.getStateName()))
              .sorted(Comparator.comparing(PersistedValueMutation::getStateName))
              .toList();
      result.clearStateMutations().addAllStateMutations(mutations);
    }
    return canonical.build();
  }

  /** The SDK leaves the type away when a state of a mutable type gets its first value. */
  private static FromFunction withTypes(FromFunction reply) {
    FromFunction.Builder typed = reply.toBuilder();
    if (reply.hasInvocationResult()) {
      for (PersistedValueMutation.Builder mutation :
          typed.getInvocationResultBuilder().getStateMutationsBuilderList()) {
        if (mutation.getStateName().equals("json") && mutation.hasStateValue()) {
          mutation.getStateValueBuilder().setTypename("ref/order");
        }
      }
    }
    return typed.build();
  }

  private static Request request(String function) {
    return Request.to(BeanFunctions.TYPES, function, "i");
  }
}
