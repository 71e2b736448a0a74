/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.remote.endpoint.RequestFailedException.Reason;
import io.statefun.remote.protocol.FromFunction;
import io.statefun.remote.protocol.FromFunction.ExpirationSpec;
import io.statefun.remote.protocol.FromFunction.ExpirationSpec.ExpireMode;
import io.statefun.remote.protocol.FromFunction.PersistedValueSpec;
import io.statefun.remote.protocol.ToFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Requests: whom they reach, what they must have, and what becomes of those that fail. */
class RequestReplyHandlerTest {

  @StatefulFunction("test/many")
  static class Many {

    private final List<Object> handled = new ArrayList<>();

    @MessageHandler
    void on(
        Integer message,
        @State("plain") ValueState<String> plain,
        @State(value = "written", expireAfterWrite = "1h") ValueState<Long> written,
        @State(value = "read", expireAfterAccess = "500ms") ValueState<Boolean> read) {
      handled.add(message);
    }
  }

  @StatefulFunction(value = "test/new", aliases = "test/old")
  static class Renamed {

    @MessageHandler
    void on(
        String message,
        @State(value = "points", aliases = "score") ValueState<Integer> points,
        Context context) {
      points.update(0, before -> before + 1);
      context.send("test/sink", "s", context.self().toString());
    }
  }

  @StatefulFunction("test/failing")
  static class Failing {

    @MessageHandler
    void on(String message, @State("seen") ValueState<String> seen, Context context) {
      seen.set(message);
      context.send("test/sink", "s", message);
      if (message.equals("fail")) {
        throw new IllegalStateException("as told");
      }
    }

    @MessageHandler
    void on(Integer message) {
      throw new AssertionError("an error");
    }
  }

  @StatefulFunction("test/listing")
  static class Listing {

    @MessageHandler
    void on(String message, @State("entries") ListState<String> entries) {}
  }

  @StatefulFunction("test/mapping")
  static class Mapping {

    @MessageHandler
    void on(String message, @State("table") MapState<String, String> table) {}
  }

  @Test
  void allStatesThatAreMissingAreDeclaredAndNothingRuns() throws Exception {
    Many many = new Many();

    FromFunction reply =
        Served.functions(many).reply(Request.to("test/many", "a").state("written").message(1));

    assertThat(reply.hasInvocationResult()).isFalse();
    assertThat(reply.getIncompleteInvocationContext().getMissingValuesList())
        .containsExactlyInAnyOrder(
            PersistedValueSpec.newBuilder()
                .setStateName("plain")
                .setTypeTypename("io.statefun.types/string")
                .build(),
            PersistedValueSpec.newBuilder()
                .setStateName("read")
                .setTypeTypename("io.statefun.types/bool")
                .setExpirationSpec(
                    ExpirationSpec.newBuilder()
                        .setMode(ExpireMode.AFTER_INVOKE)
                        .setExpireAfterMillis(500))
                .build());
    assertThat(many.handled).isEmpty();
  }

  @Test
  void aRetentionAfterWritingIsDeclaredAsSuch() throws Exception {
    FromFunction reply =
        Served.functions(new Many())
            .reply(Request.to("test/many", "a").state("plain").state("read").message(1));

    assertThat(reply.getIncompleteInvocationContext().getMissingValuesList())
        .containsExactly(
            PersistedValueSpec.newBuilder()
                .setStateName("written")
                .setTypeTypename("io.statefun.types/long")
                .setExpirationSpec(
                    ExpirationSpec.newBuilder()
                        .setMode(ExpireMode.AFTER_WRITE)
                        .setExpireAfterMillis(Duration.ofHours(1).toMillis()))
                .build());
  }

  @Test
  void statesThatTheFunctionDoesNotDeclareAreLeftAlone() throws Exception {
    Many many = new Many();

    FromFunction reply =
        Served.functions(many)
            .reply(
                Request.to("test/many", "a")
                    .state("plain")
                    .state("written")
                    .state("read")
                    .state("of_another_version", 7)
                    .message(1)
                    .message(2));

    assertThat(reply)
        .isEqualTo(
            FromFunction.newBuilder()
                .setInvocationResult(FromFunction.InvocationResponse.getDefaultInstance())
                .build());
    assertThat(many.handled).containsExactly(1, 2);
  }

  @Test
  void fieldsOfANewerProtocolAreIgnored() throws Exception {
    UnknownFieldSet newer =
        UnknownFieldSet.newBuilder()
            .addField(
                4711,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8("new"))
                    .build())
            .build();
    ToFunction request = Request.to("test/failing", "a").state("seen").message("m").build();
    ToFunction.Builder changed = request.toBuilder().setUnknownFields(newer);
    changed.getInvocationBuilder().setUnknownFields(newer);
    changed.getInvocationBuilder().getInvocationsBuilder(0).setUnknownFields(newer);

    byte[] reply = Served.builder(new Failing()).build().handle(changed.build().toByteArray());

    assertThat(reply)
        .isEqualTo(Served.builder(new Failing()).build().handle(request.toByteArray()));
  }

  @Test
  void aRequestThatAsksForNothingIsAnsweredWithNothing() throws Exception {
    RequestReplyHandler handler = Served.builder(new Many()).build();

    assertThat(handler.handle(new byte[0])).isEmpty();
  }

  @Test
  void aFunctionIsReachedByItsAliasesAndKeepsStatesUnderTheirOldestNames() throws Exception {
    Served served = Served.functions(new Renamed());

    assertThat(
            served
                .reply(Request.to("test/old", "a").message("m"))
                .getIncompleteInvocationContext()
                .getMissingValues(0)
                .getStateName())
        .isEqualTo("score");
    FromFunction.InvocationResponse result =
        served.result(Request.to("test/old", "a").state("score", 41).message("m"));

    assertThat(result.getStateMutations(0).getStateName()).isEqualTo("score");
    assertThat(result.getStateMutations(0).getStateValue()).isEqualTo(Served.value(42));
    assertThat(result.getOutgoingMessages(0).getArgument()).isEqualTo(Served.value("test/old/a"));
  }

  @Test
  void aRequestForAnotherFunctionFails() {
    assertFailure(
        Served.functions(new Many(), new Renamed()),
        Request.to("test/nobody", "a").message(1),
        Reason.UNKNOWN_FUNCTION,
        "There is no function of the type 'test/nobody'. Known: [test/many, test/new, test/old]");
  }

  @Test
  void aMessageThatFailsFailsTheWholeRequest() {
    Served served = Served.functions(new Failing());

    assertFailure(
        served,
        Request.to("test/failing", "a").state("seen").message("fine").message("fail"),
        Reason.FAILED,
        "The function failed for test/failing/a: java.lang.IllegalStateException: as told");
    assertFailure(
        served,
        Request.to("test/failing", "a").state("seen").message(1),
        Reason.FAILED,
        "an error");
  }

  @Test
  void aFailureTellsItsCauseAndItsTarget() {
    assertThatExceptionOfType(RequestFailedException.class)
        .isThrownBy(
            () ->
                Served.functions(new Failing())
                    .reply(Request.to("test/failing", "a").state("seen").message("fail")))
        .withCauseInstanceOf(IllegalStateException.class)
        .extracting(RequestFailedException::target)
        .isEqualTo(Address.of("test/failing", "a"));
  }

  @Test
  void aMessageThatNoHandlerTakesFailsTheRequest() {
    assertFailure(
        Served.functions(new Failing()),
        Request.to("test/failing", "a").state("seen").message(1.5),
        Reason.FAILED,
        "test/failing/a has no handler for a message of type io.statefun.types/double");
  }

  @Test
  void aStateOfAnotherTypeFailsTheRequestBeforeAnythingRuns() {
    Many many = new Many();

    assertFailure(
        Served.functions(many),
        Request.to("test/many", "a").state("plain", 5).state("written").state("read").message(1),
        Reason.FAILED,
        "the runtime keeps the state 'plain' as io.statefun.types/int, and the function declares it"
            + " as io.statefun.types/string");
    assertThat(many.handled).isEmpty();
  }

  @Test
  void whatIsNoRequestIsRefused() {
    RequestReplyHandler handler = Served.builder(new Many()).build();

    assertFailure(handler, new byte[] {1, 2, 3}, Reason.UNREADABLE, "The request cannot be read");
    assertFailure(
        handler,
        Request.to("test/many", "a")
            .state("plain")
            .state("written")
            .state("read")
            .messageFrom(
                io.statefun.remote.protocol.Address.newBuilder().setNamespace("a/b").build(), 1)
            .bytes(),
        Reason.UNREADABLE,
        "an address in it is not valid");
    ToFunction.Builder untyped =
        Request.to("test/many", "a")
            .state("plain")
            .state("written")
            .state("read")
            .message(1)
            .build()
            .toBuilder();
    untyped.getInvocationBuilder().getInvocationsBuilder(0).clearArgument();
    assertFailure(
        handler, untyped.build().toByteArray(), Reason.UNREADABLE, "a message has no valid type");
  }

  @Test
  void aRequestThatIsNestedTooDeepIsRefused() {
    ByteString nested = ByteString.EMPTY;
    UnknownFieldSet deep = UnknownFieldSet.getDefaultInstance();
    for (int i = 0; i < 200; i++) {
      deep =
          UnknownFieldSet.newBuilder()
              .addField(77, UnknownFieldSet.Field.newBuilder().addGroup(deep).build())
              .build();
    }
    nested = nested.concat(deep.toByteString());

    assertFailure(
        Served.builder(new Many()).build(),
        nested.toByteArray(),
        Reason.UNREADABLE,
        "The request cannot be read");
  }

  @Test
  void aRequestThatIsTooLargeIsRefused() throws Exception {
    byte[] request = Request.to("test/failing", "a").state("seen").message("fine").bytes();

    RequestReplyHandler exact =
        Served.builder(new Failing()).maxRequestBytes(request.length).build();
    RequestReplyHandler less =
        Served.builder(new Failing()).maxRequestBytes(request.length - 1).build();

    assertThat(exact.handle(request)).isNotEmpty();
    assertFailure(
        less,
        request,
        Reason.TOO_LARGE,
        "The request has more than " + (request.length - 1) + " bytes");
  }

  @Test
  void functionsWithListsOrMapsCannotBeServed() {
    assertThatExceptionOfType(UnservableFunctionException.class)
        .isThrownBy(() -> Served.functions(new Listing()))
        .withMessageContaining("The function 'test/listing' cannot be served")
        .withMessageContaining("its state 'entries' is a list")
        .withMessageContaining("Make it a ValueState");
    assertThatExceptionOfType(UnservableFunctionException.class)
        .isThrownBy(() -> Served.functions(new Mapping()))
        .withMessageContaining("its state 'table' is a map");
  }

  @Test
  void veryManyMessagesInFewBytesAreRefused() {
    byte[] empty = new byte[2 * (RequestReplyHandler.MAX_PIECES + 1)];
    for (int i = 0; i < empty.length; i += 2) {
      empty[i] = 3 << 3 | 2;
    }
    UnknownFieldSet request =
        UnknownFieldSet.newBuilder()
            .addField(
                ToFunction.INVOCATION_FIELD_NUMBER,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFrom(empty))
                    .build())
            .build();

    assertFailure(
        Served.builder(new Many()).build(),
        request.toByteArray(),
        Reason.UNREADABLE,
        "more than 1000000 messages and states");
  }

  @Test
  void twoFunctionsOfOneNameCannotBeServed() {
    assertThatExceptionOfType(UnservableFunctionException.class)
        .isThrownBy(() -> Served.functions(new Many(), new Many()))
        .withMessageContaining("There are two functions of the type 'test/many'");
  }

  @Test
  void limitsMustMakeSense() {
    assertThatIllegalArgumentException().isThrownBy(() -> Served.builder().maxRequestBytes(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Served.builder().asyncTimeout(Duration.ofMillis(-1)));
  }

  /** Waits until as many instances as there are threads are in its handler. */
  @StatefulFunction("test/meeting")
  static class Meeting {

    static final int ALL = 4;

    private final CountDownLatch latch = new CountDownLatch(ALL);

    @MessageHandler
    void on(String message, @State("seen") ValueState<String> seen, Context context)
        throws InterruptedException {
      latch.countDown();
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("alone");
      }
      seen.set(context.self().id());
    }
  }

  @Test
  void requestsForDifferentInstancesRunAtTheSameTime() throws Exception {
    Served served = Served.functions(new Meeting());
    ExecutorService threads = Executors.newFixedThreadPool(Meeting.ALL);
    try {
      List<Future<FromFunction.InvocationResponse>> results = new ArrayList<>();
      for (int i = 0; i < Meeting.ALL; i++) {
        Request request = Request.to("test/meeting", "i" + i).state("seen").message("come");
        results.add(threads.submit(() -> served.result(request)));
      }
      for (int i = 0; i < Meeting.ALL; i++) {
        assertThat(results.get(i).get().getStateMutations(0).getStateValue())
            .isEqualTo(Served.value("i" + i));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void assertFailure(Served served, Request request, Reason reason, String text) {
    assertThatExceptionOfType(RequestFailedException.class)
        .isThrownBy(() -> served.reply(request))
        .withMessageContaining(text)
        .asInstanceOf(type(RequestFailedException.class))
        .extracting(RequestFailedException::reason)
        .isEqualTo(reason);
  }

  private static void assertFailure(
      RequestReplyHandler handler, byte[] request, Reason reason, String text) {
    assertThatExceptionOfType(RequestFailedException.class)
        .isThrownBy(() -> handler.handle(request))
        .withMessageContaining(text)
        .asInstanceOf(type(RequestFailedException.class))
        .extracting(RequestFailedException::reason)
        .isEqualTo(reason);
  }
}
