/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.statefun.function.AsyncResult;
import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.remote.protocol.FromFunction.DelayedInvocation;
import io.statefun.remote.protocol.FromFunction.EgressMessage;
import io.statefun.remote.protocol.FromFunction.Invocation;
import io.statefun.remote.protocol.FromFunction.InvocationResponse;
import io.statefun.remote.protocol.KafkaProducerRecord;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What handlers can know and do besides their state. */
class BatchInvocationTest {

  private static final CancellationToken TOKEN = CancellationToken.of("t");
  private static final Address SINK = Address.of("test/sink", "s");

  /** Does what a test says with each message. */
  @StatefulFunction("test/actor")
  static class Actor {

    private final BiConsumer<Context, TypedValue> action;

    Actor(BiConsumer<Context, TypedValue> action) {
      this.action = action;
    }

    @MessageHandler
    void on(TypedValue message, Context context) {
      action.accept(context, message);
    }
  }

  @Test
  void messagesGoOutInTheOrderInWhichTheyWereSent() throws Exception {
    InvocationResponse result =
        act(
            (context, message) -> {
              context.send("test/sink", "s", message);
              context.send("test/other", "o", "text");
            },
            Request.to("test/actor", "a").message(1).message(2));

    assertThat(result.getOutgoingMessagesList())
        .containsExactly(
            message("test/sink", "s", 1),
            message("test/other", "o", "text"),
            message("test/sink", "s", 2),
            message("test/other", "o", "text"));
  }

  @Test
  void theCallerIsTheInstanceThatSentTheMessageIfThereIsOne() throws Exception {
    InvocationResponse result =
        act(
            (context, message) ->
                context.send(SINK, String.valueOf(context.caller()) + " " + context.self()),
            Request.to("test/actor", "a")
                .message(1)
                .messageFrom(io.statefun.remote.protocol.Address.getDefaultInstance(), 1)
                .messageFrom("test/asking", "b", 1));

    assertThat(result.getOutgoingMessagesList())
        .containsExactly(
            message("test/sink", "s", "null test/actor/a"),
            message("test/sink", "s", "null test/actor/a"),
            message("test/sink", "s", "test/asking/b test/actor/a"));
  }

  @Test
  void thereIsATimeAndThereAreNoHeaders() throws Exception {
    InvocationResponse result =
        act(
            (context, message) -> context.send(SINK, context.now() + " " + context.headers()),
            Request.to("test/actor", "a").message(1));

    assertThat(result.getOutgoingMessages(0))
        .isEqualTo(message("test/sink", "s", Served.NOW + " {}"));
  }

  @Test
  void delayedMessagesAndCancellationsKeepTheirOrder() throws Exception {
    InvocationResponse result =
        act(
            (context, message) -> {
              context.cancel(TOKEN);
              context.sendAfter(Duration.ofMillis(1_500), SINK, 1, TOKEN);
              context.sendAt(Served.NOW.plusSeconds(2), SINK, 2);
              context.cancel(TOKEN);
              context.sendAt(Served.NOW.minusSeconds(9), SINK, 3, TOKEN);
            },
            Request.to("test/actor", "a").message(1));

    assertThat(result.getDelayedInvocationsList())
        .containsExactly(
            cancellation(),
            delayed(1_500, 1, "t"),
            delayed(2_000, 2, ""),
            cancellation(),
            delayed(0, 3, "t"));
    assertThat(result.getOutgoingMessagesList()).isEmpty();
  }

  @Test
  void aTokenUnderWhichAMessageOfTheBatchWaitsIsRefused() {
    assertThatExceptionOfType(RequestFailedException.class)
        .isThrownBy(
            () ->
                act(
                    (context, message) ->
                        context.sendAfter(Duration.ofDays(1), SINK, message, TOKEN),
                    Request.to("test/actor", "a").message(1).message(2)))
        .withMessageContaining("waits under the cancellation token 't' already");
  }

  @Test
  void aRecordWithoutKeyGoesToTheEgressAsItIs() throws Exception {
    KafkaProducerRecord forKafka =
        KafkaProducerRecord.newBuilder().setKey("k").setTopic("elsewhere").build();
    InvocationResponse result =
        act(
            (context, message) -> {
              context.egress("test/out", "plain");
              context.egress("test/kafka", forKafka);
            },
            Request.to("test/actor", "a").message(1));

    assertThat(result.getOutgoingEgressesList())
        .containsExactly(
            EgressMessage.newBuilder()
                .setEgressNamespace("test")
                .setEgressType("out")
                .setArgument(Served.value("plain"))
                .build(),
            EgressMessage.newBuilder()
                .setEgressNamespace("test")
                .setEgressType("kafka")
                .setArgument(
                    Request.value(
                        "type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord",
                        forKafka.toByteArray()))
                .build());
  }

  @Test
  void aRecordWithAKeyBecomesOneForKafkaWithoutATopic() throws Exception {
    InvocationResponse result =
        act(
            (context, message) ->
                context.egress(
                    EgressRecord.of(TypeName.parse("test/out"), new byte[] {7, 8}).withKey("k")),
            Request.to("test/actor", "a").message(1));

    io.statefun.remote.protocol.TypedValue argument = result.getOutgoingEgresses(0).getArgument();
    assertThat(argument.getTypename())
        .isEqualTo("type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord");
    KafkaProducerRecord forKafka = KafkaProducerRecord.parseFrom(argument.getValue());
    assertThat(forKafka.getKey()).isEqualTo("k");
    assertThat(forKafka.getTopic()).isEmpty();
    assertThat(forKafka.getValueBytes().toByteArray()).containsExactly(7, 8);
  }

  @Test
  void whatTheProtocolHasNoPlaceForIsRefused() {
    EgressRecord plain = EgressRecord.of(TypeName.parse("test/out"), "v");
    assertRefused(
        (context, message) -> context.egress(plain.withHeaders(Map.of("h", new byte[1]))),
        "A record for 'test/out' has headers");
    assertRefused(
        (context, message) -> context.egress(plain.withKey("")),
        "A record for 'test/out' has an empty key");
    assertRefused(
        (context, message) -> context.reminders().after("r", Duration.ofDays(1), message),
        "has no reminders");
    assertRefused(
        (context, message) -> context.awakeable(String.class, Duration.ofDays(1), message),
        "has no awakeables");
    assertRefused((context, message) -> context.withdraw("id"), "has no awakeables");
  }

  private static void assertRefused(BiConsumer<Context, TypedValue> action, String text) {
    assertThatExceptionOfType(RequestFailedException.class)
        .isThrownBy(() -> act(action, Request.to("test/actor", "a").message(1)))
        .withMessageContaining(text)
        .withCauseInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void aContextThatWasKeptIsOfNoUse() throws Exception {
    AtomicReference<Context> kept = new AtomicReference<>();
    act((context, message) -> kept.set(context), Request.to("test/actor", "a").message(1));

    assertThatIllegalStateException()
        .isThrownBy(() -> Objects.requireNonNull(kept.get()).send(SINK, "late"))
        .withMessageContaining("only until the handler returns");
  }

  @Test
  void anotherThreadCannotUseTheContext() throws Exception {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();

    act(
        (context, message) -> {
          Thread other = new Thread(() -> thrown.set(failureOf(() -> context.send(SINK, "no"))));
          other.start();
          join(other);
        },
        Request.to("test/actor", "a").message(1));

    assertThat(thrown.get()).isInstanceOf(IllegalStateException.class);
  }

  private static @Nullable Throwable failureOf(Runnable action) {
    try {
      action.run();
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  // Asynchronous operations

  /** Begins the operation that a test has given, and keeps how it ended. */
  @StatefulFunction("test/asking")
  static class Asking {

    private final CompletionStage<?> operation;

    Asking(CompletionStage<?> operation) {
      this.operation = operation;
    }

    @MessageHandler
    void on(String question, @State("log") ValueState<String> log, Context context) {
      log.update("", before -> before + "asked " + question + "; ");
      context.async(question, operation);
    }

    @MessageHandler
    void on(
        AsyncResult<String, Object> answer, @State("log") ValueState<String> log, Context context) {
      Throwable failure = answer.failure();
      log.update(
          "",
          before ->
              before
                  + answer.request()
                  + " ended "
                  + answer.status()
                  + " "
                  + answer.value()
                  + " "
                  + (failure == null ? "" : failure.getMessage())
                  + " for "
                  + context.caller()
                  + "; ");
      if (answer.request().equals("twice")) {
        context.async("again", CompletableFuture.completedFuture(2));
      }
    }
  }

  @Test
  void theEndOfAnOperationComesBeforeTheNextMessage() throws Exception {
    CompletionStage<Integer> slow =
        CompletableFuture.supplyAsync(
            () -> 1, CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));

    assertThat(log(Served.functions(new Asking(slow)), "twice", "then"))
        .isEqualTo(
            "asked twice; twice ended SUCCESS 1  for test/asking/a; again ended SUCCESS 2  for"
                + " test/asking/a; asked then; then ended SUCCESS 1  for test/asking/a; ");
  }

  @Test
  void anOperationThatFailsIsToldWithItsCause() throws Exception {
    CompletionStage<Object> failing =
        CompletableFuture.supplyAsync(
            () -> {
              throw new IllegalArgumentException("refused");
            });

    assertThat(log(Served.functions(new Asking(failing)), "q"))
        .isEqualTo("asked q; q ended FAILURE null refused for test/asking/a; ");
  }

  @Test
  void nobodyKnowsHowAnOperationEndsThatTakesTooLong() throws Exception {
    Served served =
        Served.impatiently(Duration.ofMillis(20), new Asking(new CompletableFuture<>()));

    assertThat(log(served, "q", "p"))
        .isEqualTo(
            "asked q; q ended UNKNOWN null  for test/asking/a; asked p; p ended UNKNOWN null  for"
                + " test/asking/a; ");
  }

  private static String log(Served served, String... questions) throws Exception {
    Request request = Request.to("test/asking", "a").state("log");
    for (String question : questions) {
      request.message(question);
    }
    byte[] bytes =
        served.result(request).getStateMutations(0).getStateValue().getValue().toByteArray();
    return Served.TYPES.forClass(String.class).deserialize(bytes);
  }

  // What is expected

  private static InvocationResponse act(BiConsumer<Context, TypedValue> action, Request request)
      throws Exception {
    return Served.functions(new Actor(action)).result(request);
  }

  private static Invocation message(String type, String id, Object value) {
    return Invocation.newBuilder()
        .setTarget(Served.address(type, id))
        .setArgument(Served.value(value))
        .build();
  }

  private static DelayedInvocation delayed(long delay, Object value, String token) {
    return DelayedInvocation.newBuilder()
        .setDelayInMs(delay)
        .setTarget(Wire.address(SINK))
        .setArgument(Served.value(value))
        .setCancellationToken(token)
        .build();
  }

  private static DelayedInvocation cancellation() {
    return DelayedInvocation.newBuilder()
        .setIsCancellationRequest(true)
        .setCancellationToken("t")
        .build();
  }
}
