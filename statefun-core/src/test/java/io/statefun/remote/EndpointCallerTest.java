/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.engine.FailurePolicy;
import io.statefun.engine.RemoteBatch;
import io.statefun.engine.RemoteReply;
import io.statefun.engine.UnhandledMessageException;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.remote.CallListener.Outcome;
import io.statefun.remote.RemoteEndpoint.Access;
import io.statefun.remote.RemoteEndpoint.Limits;
import io.statefun.remote.RemoteEndpoint.Retry;
import io.statefun.remote.RemoteEndpoint.Timeouts;
import io.statefun.remote.protocol.FromFunction;
import io.statefun.remote.protocol.FromFunction.InvocationResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a call is repeated, when the engine hears of it, and what may be in a reply. */
class EndpointCallerTest {

  private static final String OCTETS = "application/octet-stream";
  private static final TypeName FUNCTION = TypeName.of("far", "counter");
  private static final Address CALLER = Address.of("here/shop", "s");
  private static final MessageTypes TYPES = MessageTypes.standard();
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  /** Pauses of hours, which pass at once: what takes time does not count. */
  private static final Retry HOURS = new Retry(HOUR, Duration.ofHours(8), 2, null);

  private final FakeTransport transport = new FakeTransport();
  private final FakeTimer timer = new FakeTimer();
  private final List<Outcome> outcomes = new ArrayList<>();
  private Retry retry = HOURS;
  private Limits limits = Limits.DEFAULT;
  private Access access = Access.ALL;
  private @Nullable SigningKey key;
  private CallListener listener =
      (endpoint, function, messages, nanos, outcome) -> outcomes.add(outcome);

  /** Answers as it is told, and then not at all. */
  private static final class FakeTransport implements HttpTransport {

    private final List<Request> requests = new ArrayList<>();
    private final ArrayDeque<CompletableFuture<Response>> answers = new ArrayDeque<>();
    private final List<CompletableFuture<Response>> open = new ArrayList<>();

    @Override
    public CompletableFuture<Response> post(Request request) {
      requests.add(request);
      CompletableFuture<Response> answer = answers.poll();
      if (answer == null) {
        answer = new CompletableFuture<>();
        open.add(answer);
      }
      return answer;
    }

    void answer(int status) {
      answer(new Response(status, "text/plain", null, "sorry".getBytes(UTF_8)));
    }

    void answer(Response response) {
      answers.add(CompletableFuture.completedFuture(response));
    }

    void answer(FromFunction reply) {
      answer(new Response(200, OCTETS, null, reply.toByteArray()));
    }

    void fail(Throwable failure) {
      answers.add(CompletableFuture.failedFuture(failure));
    }

    @Override
    public void close() {}
  }

  /** Lets time pass when it is told to. */
  private static final class FakeTimer extends ScheduledThreadPoolExecutor {

    private final List<Duration> pauses = new ArrayList<>();
    private final ArrayDeque<Runnable> due = new ArrayDeque<>();

    FakeTimer() {
      super(0);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable action, long delay, TimeUnit unit) {
      pauses.add(Duration.of(delay, unit.toChronoUnit()));
      due.add(action);
      return super.schedule(() -> {}, 1, TimeUnit.DAYS);
    }

    void pass() {
      due.remove().run();
    }

    void passAll() {
      while (!due.isEmpty()) {
        pass();
      }
    }
  }

  @AfterEach
  void close() {
    timer.shutdownNow();
  }

  private EndpointCaller caller() {
    RemoteEndpoint endpoint =
        new RemoteEndpoint(
            "counters",
            "far/*",
            "http://far.example/{function.name}",
            Map.of("Authorization", "Bearer token"),
            Timeouts.DEFAULT,
            retry,
            limits,
            true,
            FailurePolicy.DEFAULT,
            access,
            key);
    return new EndpointCaller(endpoint, transport, timer, InstantSource.fixed(NOW), listener);
  }

  private CompletableFuture<RemoteReply> call() {
    return caller().call(FUNCTION, batch("b-1"));
  }

  private static RemoteBatch batch(String id) {
    return new RemoteBatch(
        id,
        Address.of(FUNCTION, "a"),
        List.of(),
        List.of(
            new RemoteBatch.Item(null, TYPES.wrap(1)),
            new RemoteBatch.Item(CALLER, TYPES.wrap(2))));
  }

  private static FromFunction result(Consumer<InvocationResponse.Builder> effects) {
    InvocationResponse.Builder result = InvocationResponse.newBuilder();
    effects.accept(result);
    return FromFunction.newBuilder().setInvocationResult(result).build();
  }

  private static FromFunction nothing() {
    return result(effects -> {});
  }

  private static Throwable failure(CompletableFuture<?> call) {
    assertThat(call).isCompletedExceptionally();
    return call.handle((reply, failure) -> Objects.requireNonNull(failure)).join();
  }

  // A call that gets through

  @Test
  void aCallIsOneRequestToTheUrlOfTheFunction() throws Exception {
    transport.answer(nothing());

    assertThat(call()).isCompletedWithValue(RemoteReply.Done.NOTHING);

    assertThat(transport.requests)
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.uri()).isEqualTo(URI.create("http://far.example/counter"));
              assertThat(request.body()).isEqualTo(RequestWriter.write(batch("b-1")));
              assertThat(request.headers())
                  .isEqualTo(Map.of("Authorization", "Bearer token", "Idempotency-Key", "\"b-1\""));
            });
    assertThat(outcomes).containsExactly(Outcome.SUCCESS);
  }

  @Test
  void aFunctionThatAsksForStatesIsHeard() {
    FromFunction.Builder reply = FromFunction.newBuilder();
    reply
        .getIncompleteInvocationContextBuilder()
        .addMissingValuesBuilder()
        .setStateName("seen")
        .setTypeTypename("io.statefun.types/int");
    transport.answer(reply.build());

    assertThat(call().join()).isInstanceOf(RemoteReply.Incomplete.class);
    assertThat(outcomes).containsExactly(Outcome.INCOMPLETE);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 204, 299})
  void eachStatusOfSuccessIsOne(int status) {
    transport.answer(new HttpTransport.Response(status, OCTETS, null, new byte[0]));

    assertThat(call()).isCompletedWithValue(RemoteReply.Done.NOTHING);
  }

  @Test
  void aCallIsSignedIfThereIsAKey() {
    key = SigningKey.of("k", "0123456789abcdef");
    transport.answer(nothing());
    call().join();

    HttpTransport.Request request = transport.requests.get(0);
    assertThat(
            new RequestSignature(key)
                .check(
                    header -> request.headers().get(header),
                    request.body(),
                    NOW,
                    Duration.ofSeconds(1)))
        .isNull();
  }

  // Calls that are repeated

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 502, 503, 504})
  void whoCannotAtTheMomentIsAskedAgain(int status) {
    transport.answer(status);
    transport.answer(status);
    transport.answer(nothing());

    CompletableFuture<RemoteReply> call = call();
    assertThat(call).isNotDone();
    timer.passAll();

    assertThat(call).isCompletedWithValue(RemoteReply.Done.NOTHING);
    assertThat(timer.pauses).containsExactly(HOUR, HOUR.multipliedBy(2));
    assertThat(outcomes).containsExactly(Outcome.UNAVAILABLE, Outcome.UNAVAILABLE, Outcome.SUCCESS);
  }

  @Test
  void whoCannotBeReachedOrIsTooSlowIsAskedAgain() {
    transport.fail(new ConnectException("refused"));
    transport.fail(new java.net.http.HttpTimeoutException("too slow"));
    transport.fail(new CompletionException(new IOException("closed")));
    transport.answer(nothing());

    CompletableFuture<RemoteReply> call = call();
    timer.passAll();

    assertThat(call).isCompletedWithValue(RemoteReply.Done.NOTHING);
    assertThat(transport.requests).hasSize(4);
  }

  @Test
  void eachAttemptIsTheSameRequestUnderTheSameId() {
    transport.answer(503);
    transport.fail(new IOException("closed"));
    transport.answer(nothing());
    call();
    timer.passAll();

    assertThat(transport.requests).hasSize(3);
    assertThat(transport.requests)
        .allSatisfy(
            request -> {
              assertThat(request.headers()).containsEntry("Idempotency-Key", "\"b-1\"");
              assertThat(request.body()).isEqualTo(transport.requests.get(0).body());
            });
  }

  @Test
  void pausesGrowNoLongerThanTheLongest() {
    for (int i = 0; i < 6; i++) {
      transport.answer(503);
    }
    call();
    timer.passAll();

    assertThat(timer.pauses).extracting(Duration::toHours).containsExactly(1L, 2L, 4L, 8L, 8L, 8L);
  }

  @Test
  void withoutADeadlineACallGoesOnForEver() {
    for (int i = 0; i < 10_000; i++) {
      transport.answer(503);
    }
    CompletableFuture<RemoteReply> call = call();
    for (int i = 0; i < 10_000; i++) {
      timer.pass();
    }

    assertThat(call).isNotDone();
    assertThat(transport.requests).hasSize(10_001);
  }

  @Test
  void attemptsThatAreOverAreNotKept() {
    for (int i = 0; i < 1_000; i++) {
      transport.answer(503);
    }
    CompletableFuture<RemoteReply> call = call();
    timer.passAll();

    assertThat(call.getNumberOfDependents()).isLessThan(10);
  }

  @Test
  void atTheDeadlineTheEngineHearsWhyNobodyAnswered() {
    retry = new Retry(HOUR, Duration.ofHours(8), 2, Duration.ofHours(6));
    for (int i = 0; i < 4; i++) {
      transport.fail(new ConnectException("refused"));
    }
    CompletableFuture<RemoteReply> call = call();
    timer.passAll();

    assertThat(transport.requests).hasSize(4);
    assertThat(failure(call))
        .hasMessageContaining("'counters' at http://far.example/{function.name}")
        .hasMessageContaining("4 attempts")
        .hasRootCauseMessage("refused");
  }

  @Test
  void aLongerPauseThatIsAskedForIsMade() {
    retry = new Retry(Duration.ofSeconds(1), Duration.ofSeconds(90), 2, null);
    transport.answer(unavailable("60"));
    call();

    assertThat(timer.pauses).containsExactly(Duration.ofSeconds(60));
  }

  @Test
  void aPauseThatIsAskedForIsNoLongerThanTheLongestAndNoShorterThanItsTurn() {
    retry = new Retry(Duration.ofSeconds(5), Duration.ofSeconds(90), 2, null);
    for (String asked :
        List.of("999999", "1", "99999999999999999999", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "")) {
      transport.answer(unavailable(asked));
    }
    call();
    timer.passAll();

    assertThat(timer.pauses)
        .extracting(Duration::toSeconds)
        .containsExactly(90L, 10L, 20L, 40L, 80L, 90L);
  }

  private static HttpTransport.Response unavailable(String retryAfter) {
    return new HttpTransport.Response(429, null, retryAfter, new byte[0]);
  }

  @Test
  void anOutageIsSeenUntilItIsOver() {
    EndpointCaller caller = caller();
    transport.fail(new ConnectException("refused"));
    transport.answer(503);
    CompletableFuture<RemoteReply> call = caller.call(FUNCTION, batch("b-1"));
    timer.pass();

    assertThat(caller.status().failures()).isEqualTo(2);
    assertThat(caller.status().lastFailure()).contains("503");

    transport.answer(nothing());
    timer.pass();
    assertThat(call).isCompleted();
    assertThat(caller.status().failures()).isZero();
    assertThat(caller.status().lastFailure()).isNull();
  }

  // Calls that the engine hears of

  @ParameterizedTest
  @ValueSource(ints = {500, 501, 400, 401, 403, 404, 409, 413, 301, 302, 304, 100})
  void eachOtherStatusIsAFailureOfTheFunction(int status) {
    transport.answer(status);

    assertThat(failure(call()))
        .hasMessageContaining("far/counter")
        .hasMessageContaining("'counters'")
        .hasMessageContaining("status " + status);
    assertThat(timer.pauses).isEmpty();
    assertThat(outcomes).containsExactly(Outcome.FAILED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "text/html", "application/octet-stream; charset=utf-8", "application/json"})
  void anotherContentTypeIsAFailure(String contentType) {
    transport.answer(new HttpTransport.Response(200, contentType, null, new byte[0]));

    assertThat(failure(call())).hasMessageContaining("content type '" + contentType + "'");
    assertThat(timer.pauses).isEmpty();
  }

  @Test
  void noContentTypeIsAFailure() {
    transport.answer(new HttpTransport.Response(200, null, null, new byte[0]));

    assertThat(failure(call())).hasMessageContaining("no content type");
  }

  @Test
  void garbageIsAFailure() {
    transport.answer(
        new HttpTransport.Response(200, OCTETS, null, "<html>Welcome</html>".getBytes(UTF_8)));

    assertThat(failure(call())).hasMessageContaining("no reply");
    assertThat(timer.pauses).isEmpty();
  }

  @Test
  void tooLargeAResponseIsAFailureAsItWillBeTheNextTime() {
    transport.fail(new OversizedResponseException("more than 7 bytes"));

    assertThat(failure(call())).hasMessageContaining("more than 7 bytes");
    assertThat(timer.pauses).isEmpty();
    assertThat(outcomes).containsExactly(Outcome.FAILED);
  }

  @Test
  void tooLargeARequestIsNotSentAndNeverWillBe() {
    limits = new Limits(1_000, 10, 20, 1_000, 1_000);
    CompletableFuture<RemoteReply> call = call();

    assertThat(failure(call))
        .isInstanceOf(UnhandledMessageException.class)
        .hasMessageContaining("far/counter")
        .hasMessageContaining("at most 20");
    assertThat(transport.requests).isEmpty();
  }

  @Test
  void whatATransportRefusesIsAFailure() {
    transport.fail(new IllegalArgumentException("no such scheme"));

    assertThat(failure(call())).hasMessageContaining("no such scheme");
  }

  @Test
  void aListenerThatFailsChangesNothing() {
    listener =
        (endpoint, function, messages, nanos, outcome) -> {
          throw new IllegalStateException("deaf");
        };
    transport.answer(503);
    transport.answer(nothing());
    CompletableFuture<RemoteReply> call = call();
    timer.passAll();

    assertThat(call).isCompletedWithValue(RemoteReply.Done.NOTHING);
  }

  // What a function may do

  private static FromFunction sendingTo(String namespace, String type, String id) {
    return result(
        effects ->
            effects
                .addOutgoingMessagesBuilder()
                .setTarget(address(namespace, type, id))
                .setArgument(value(1)));
  }

  private static io.statefun.remote.protocol.Address address(
      String namespace, String type, String id) {
    return io.statefun.remote.protocol.Address.newBuilder()
        .setNamespace(namespace)
        .setType(type)
        .setId(id)
        .build();
  }

  private static io.statefun.remote.protocol.TypedValue value(Object value) {
    TypedValue typed = TYPES.wrap(value);
    return io.statefun.remote.protocol.TypedValue.newBuilder()
        .setTypename(typed.typeName().toString())
        .setHasValue(true)
        .setValue(com.google.protobuf.ByteString.copyFrom(typed.bytes()))
        .build();
  }

  @Test
  void aMessageToAForbiddenFunctionMakesTheReplyOneThatIsNotApplied() {
    access = new Access(Set.of("far"), Set.of());
    transport.answer(sendingTo("here", "safe", "x"));

    assertThat(failure(call()))
        .hasMessage(
            "Function far/counter of endpoint 'counters' at"
                + " http://far.example/{function.name} may not send to here/safe");
    assertThat(outcomes).containsExactly(Outcome.FORBIDDEN);
    assertThat(timer.pauses).isEmpty();
  }

  @Test
  void aDelayedMessageToAForbiddenFunctionIsRefusedToo() {
    access = new Access(Set.of("far"), Set.of());
    transport.answer(
        result(
            effects ->
                effects
                    .addDelayedInvocationsBuilder()
                    .setTarget(address("here", "safe", "x"))
                    .setArgument(value(1))));

    assertThat(failure(call())).hasMessageContaining("may not send to here/safe");
  }

  @Test
  void whatIsAllowedIsDone() {
    access = new Access(Set.of("far", "here/safe"), Set.of("out/log"));
    transport.answer(sendingTo("far", "any", "x"));
    transport.answer(sendingTo("here", "safe", "x"));
    transport.answer(
        result(
            effects ->
                effects
                    .addDelayedInvocationsBuilder()
                    .setIsCancellationRequest(true)
                    .setCancellationToken("t")));

    assertThat(call()).isCompleted();
    assertThat(call()).isCompleted();
    assertThat(call()).isCompleted();
  }

  @Test
  void whoHasSentAMessageMayBeAnsweredAndNobodyElseOfThatType() {
    access = new Access(Set.of("far"), Set.of());
    transport.answer(sendingTo("here", "shop", "s"));
    transport.answer(sendingTo("here", "shop", "another"));

    assertThat(call()).isCompleted();
    assertThat(failure(call())).hasMessageContaining("may not send to here/shop");
  }

  @Test
  void aRecordForAForbiddenEgressIsRefused() {
    access = new Access(Set.of(), Set.of("out/log"));
    FromFunction allowed =
        result(
            effects ->
                effects
                    .addOutgoingEgressesBuilder()
                    .setEgressNamespace("out")
                    .setEgressType("log")
                    .setArgument(value(1)));
    FromFunction.Builder forbidden = allowed.toBuilder();
    forbidden.getInvocationResultBuilder().getOutgoingEgressesBuilder(0).setEgressType("bank");
    transport.answer(allowed);
    transport.answer(forbidden.build());

    assertThat(call()).isCompleted();
    assertThat(failure(call())).hasMessageContaining("may not give records to egress out/bank");
    assertThat(outcomes).containsExactly(Outcome.SUCCESS, Outcome.FORBIDDEN);
  }

  // Many calls

  @Test
  void noMoreRequestsAreUnderWayThanAreAllowedAndTheOthersFollowInTheirOrder() {
    limits = new Limits(1_000, 2, 1_000, 1_000, 1_000);
    EndpointCaller caller = caller();
    List<CompletableFuture<RemoteReply>> calls = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      calls.add(caller.call(FUNCTION, batch("b-" + i)));
    }
    assertThat(ids()).containsExactly("\"b-0\"", "\"b-1\"");

    for (int i = 0; i < 5; i++) {
      transport
          .open
          .get(i)
          .complete(new HttpTransport.Response(200, OCTETS, null, nothing().toByteArray()));
    }
    assertThat(ids()).containsExactly("\"b-0\"", "\"b-1\"", "\"b-2\"", "\"b-3\"", "\"b-4\"");
    assertThat(calls).allSatisfy(call -> assertThat(call).isCompleted());
  }

  private List<@Nullable String> ids() {
    return transport.requests.stream()
        .<@Nullable String>map(request -> request.headers().get("Idempotency-Key"))
        .toList();
  }

  @Test
  void aCallThatWaitsToBeRepeatedTakesNoRoom() {
    limits = new Limits(1_000, 1, 1_000, 1_000, 1_000);
    EndpointCaller caller = caller();
    transport.answer(503);
    transport.answer(nothing());

    CompletableFuture<RemoteReply> first = caller.call(FUNCTION, batch("b-1"));
    CompletableFuture<RemoteReply> second = caller.call(FUNCTION, batch("b-2"));

    assertThat(first).isNotDone();
    assertThat(second).isCompleted();
  }

  @Test
  void veryManyCallsThatFailAtOnceDoNotMakeADeepStack() {
    limits = new Limits(1_000, 1, 1_000, 1_000, 1_000);
    EndpointCaller caller = caller();
    List<CompletableFuture<RemoteReply>> calls = new ArrayList<>();
    int many = 50_000;
    for (int i = 0; i < many; i++) {
      calls.add(caller.call(FUNCTION, batch("b-" + i)));
    }
    transport.answers.addAll(
        Collections.nCopies(
            many, CompletableFuture.failedFuture(new IllegalStateException("broken"))));
    transport.open.get(0).completeExceptionally(new IllegalStateException("broken"));

    assertThat(calls).allSatisfy(call -> assertThat(call).isCompletedExceptionally());
  }

  // Calls that are given up

  @Test
  void aCallThatIsCancelledEndsTheExchangeAndIsNotRepeated() {
    CompletableFuture<RemoteReply> call = call();
    call.cancel(true);

    assertThat(transport.open.get(0)).isCancelled();
    timer.passAll();
    assertThat(transport.requests).hasSize(1);
  }

  @Test
  void aCallThatIsCancelledDuringAPauseIsNotRepeated() {
    transport.answer(503);
    CompletableFuture<RemoteReply> call = call();
    call.cancel(true);
    timer.passAll();

    assertThat(transport.requests).hasSize(1);
  }

  @Test
  void aCallThatIsCancelledOutsideGivesItsRoomToTheNext() {
    limits = new Limits(1_000, 1, 1_000, 1_000, 1_000);
    EndpointCaller caller = caller();
    CompletableFuture<RemoteReply> first = caller.call(FUNCTION, batch("b-1"));
    CompletableFuture<RemoteReply> second = caller.call(FUNCTION, batch("b-2"));
    CompletableFuture<RemoteReply> third = caller.call(FUNCTION, batch("b-3"));
    second.cancel(true);
    first.cancel(true);

    assertThat(ids()).containsExactly("\"b-1\"", "\"b-3\"");
    assertThat(third).isNotDone();
  }

  @Test
  void aCallThatWouldBeRepeatedAfterTheEndIsNoFailureOfTheFunction() {
    timer.shutdownNow();
    transport.fail(new IOException("closed"));
    EndpointCaller caller =
        new EndpointCaller(
            RemoteEndpoint.of("far/*", "http://far.example/"),
            transport,
            new ScheduledThreadPoolExecutor(1) {
              {
                shutdownNow();
              }
            },
            InstantSource.fixed(NOW),
            CallListener.NONE);

    assertThat(caller.call(FUNCTION, batch("b-1"))).isNotDone();
  }
}
