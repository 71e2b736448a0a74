/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypedValue;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyedCallsTest {

  private static final Address COUNTER = Address.of("test/counter", "a");
  private static final Duration DAY = Duration.ofDays(1);

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private StateFunEngine engine;

  record Add(long amount) {}

  record Hold() {}

  record Release(long reply) {}

  record Fail() {}

  @StatefulFunction("test/counter")
  static class Counter {

    @MessageHandler
    void on(Add add, @State("sum") ValueState<Long> sum, Context context) {
      sum.update(0L, value -> value + add.amount());
      context.reply(sum.getOrDefault(0L));
    }

    @MessageHandler
    void on(Hold hold, @State("caller") ValueState<Address> caller, Context context) {
      caller.set(Objects.requireNonNull(context.caller()));
    }

    @MessageHandler
    void on(Release release, @State("caller") ValueState<Address> caller, Context context) {
      context.send(Objects.requireNonNull(caller.get()), release.reply());
    }

    @MessageHandler
    void on(Fail fail) {
      throw new IllegalStateException("broken on purpose");
    }
  }

  @BeforeEach
  void start() {
    engine =
        StateFunEngine.builder("test")
            .partitions(8)
            .workers(2)
            .defaultFailurePolicy(
                new FailurePolicy(
                    1, Duration.ofMillis(1), Duration.ofMillis(1), 1, OnFailure.Then.DEAD_LETTER))
            .snapshotStore(store)
            .stateBackend(application -> new HeapBackend())
            .function(new Counter())
            .build();
    engine.start();
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private void restart() {
    engine.close();
    start();
  }

  private CompletableFuture<TypedValue> call(Object message, String key) {
    return engine.keyedCalls().call(COUNTER, message, key, DAY);
  }

  private static long number(TypedValue reply) {
    return reply.as(MessageTypes.standard().forClass(Long.class));
  }

  private static RequestFailedException.Reason reason(CompletableFuture<?> call) {
    try {
      call.orTimeout(20, TimeUnit.SECONDS).join();
      throw new AssertionError("It was done");
    } catch (CompletionException e) {
      return Objects.requireNonNull((RequestFailedException) e.getCause()).reason();
    }
  }

  @Test
  void aCallThatIsRepeatedHasOneEffectAndOneAnswer() {
    assertThat(number(call(new Add(5), "k").join())).isEqualTo(5);
    assertThat(number(call(new Add(5), "k").join())).isEqualTo(5);
    assertThat(number(call(new Add(5), "other").join())).isEqualTo(10);
  }

  @Test
  void aCallThatIsRepeatedAfterARestartHasOneEffectAndOneAnswer() {
    call(new Add(5), "k").join();

    restart();

    assertThat(number(call(new Add(5), "k").join())).isEqualTo(5);
    assertThat(number(call(new Add(1), "other").join())).isEqualTo(6);
  }

  @Test
  void callsThatAreMadeAtOnceWithAKeyAllGetItsAnswer() {
    List<CompletableFuture<TypedValue>> calls = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      calls.add(call(new Add(3), "k"));
    }
    assertThat(calls).allSatisfy(one -> assertThat(number(one.join())).isEqualTo(3));
  }

  @Test
  void otherInstancesKnowNothingOfAKey() {
    call(new Add(5), "k").join();

    TypedValue other =
        engine.keyedCalls().call(Address.of("test/counter", "b"), new Add(7), "k", DAY).join();

    assertThat(number(other)).isEqualTo(7);
  }

  @Test
  void aKeyIsRefusedForAnotherMessage() {
    call(new Add(5), "k").join();

    assertThat(reason(call(new Add(6), "k"))).isEqualTo(RequestFailedException.Reason.KEY_REUSED);
    assertThat(number(call(new Add(0), "look").join())).isEqualTo(5);
  }

  @Test
  void theReplyToWhatWasSentIsFetchedLaterByItsKey() {
    engine.keyedCalls().send(COUNTER, new Add(4), "k", DAY).join();

    restart();

    assertThat(number(engine.keyedCalls().attach(COUNTER, "k").join())).isEqualTo(4);
  }

  @Test
  void aReplyThatComesMuchLaterReachesAllWhoWaitForIt() {
    CompletableFuture<TypedValue> first = call(new Hold(), "k");
    CompletableFuture<TypedValue> second = call(new Hold(), "k");
    engine.keyedCalls().send(COUNTER, new Add(1), "before", DAY).join();
    assertThat(first).isNotDone();

    engine.send(COUNTER, new Release(77)).join();

    assertThat(number(first.join())).isEqualTo(77);
    assertThat(number(second.join())).isEqualTo(77);
  }

  @Test
  void aKeyThatNobodyUsedIsNotFound() {
    assertThat(reason(engine.keyedCalls().attach(COUNTER, "never")))
        .isEqualTo(RequestFailedException.Reason.NOT_FOUND);
  }

  @Test
  void whoCallsLearnsThatTheMessageIsAmongTheDeadLetters() {
    assertThat(reason(call(new Fail(), "k"))).isEqualTo(RequestFailedException.Reason.DEAD_LETTER);
    assertThat(reason(call(new Fail(), "k"))).isEqualTo(RequestFailedException.Reason.DEAD_LETTER);
    assertThat(engine.deadLetters().list(10).join().letters()).hasSize(1);
  }

  @Test
  void whoRequestsLearnsThatTheMessageIsAmongTheDeadLetters() {
    assertThat(reason(engine.request(COUNTER, new Fail(), Long.class)))
        .isEqualTo(RequestFailedException.Reason.DEAD_LETTER);
  }

  @Test
  void aCallThatFailedIsAnsweredOnceItsMessageIsReplayedAsOneThatCanBeHandled() {
    reason(call(new Fail(), "k"));
    DeadLetters.Id id = engine.deadLetters().list(1).join().letters().get(0).id();

    engine.deadLetters().replay(id, null, new Add(9)).join();

    await()
        .untilAsserted(
            () -> assertThat(number(engine.keyedCalls().attach(COUNTER, "k").join())).isEqualTo(9));
  }

  @Test
  void aKeyIsForgottenAfterItsRetention() {
    Duration shortly = Duration.ofMillis(1);
    assertThat(number(engine.keyedCalls().call(COUNTER, new Add(5), "k", shortly).join()))
        .isEqualTo(5);

    await()
        .untilAsserted(
            () ->
                assertThat(reason(engine.keyedCalls().attach(COUNTER, "k")))
                    .isEqualTo(RequestFailedException.Reason.NOT_FOUND));
    assertThat(number(call(new Add(5), "k").join())).isEqualTo(10);
  }

  @Test
  void whoeverDoesNotKnowTheNonceOfACallCannotReplyToIt() {
    CompletableFuture<TypedValue> waiting = call(new Hold(), "k");
    engine.keyedCalls().send(COUNTER, new Add(1), "before", DAY).join();
    Address forged = new CallAddress(COUNTER, "k", "guessed").address();

    engine.send(forged, 666L).join();
    engine.send(COUNTER, new Release(5)).join();

    assertThat(number(waiting.join())).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "/", "1/2/3/x", "n/-1/99/k", "n/99999999999/1/x", "x/y"})
  void aMessageToAnAddressThatIsMadeUpIsADeadLetterAndStopsNothing(String id) {
    engine.send(Address.of("io.statefun/call", id), 5L).join();
    engine.tell(Address.of("io.statefun/reply", id), 5L).join();

    await().until(() -> engine.deadLetters().list(10).join().letters().size() == 2);
    assertThat(number(call(new Add(5), "k").join())).isEqualTo(5);
  }

  @Test
  void aKeyHasABoundedLength() {
    assertThatThrownBy(() -> call(new Add(1), ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 256");
    assertThatThrownBy(() -> call(new Add(1), "k".repeat(257)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
