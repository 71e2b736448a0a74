/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.function.Awakeable;
import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.message.Address;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AwakeablesTest {

  private static final Address ORDER = Address.of("test/order", "a");

  /** What the function has given away, also in attempts that failed. */
  private static final Queue<Awakeable> GIVEN = new ConcurrentLinkedQueue<>();

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private StateFunEngine engine;

  record Wait(long millis, boolean failsFirst) {}

  record Withdraw(String id) {}

  record Approved(String by) {}

  record Rejected(String why) {}

  record NobodyDecided() {}

  record GetEvents() {}

  record Events(List<String> list) {}

  @StatefulFunction("test/order")
  static class Order {

    private boolean failed;

    @MessageHandler
    void on(Wait wait, Context context) {
      GIVEN.add(
          context.awakeable(
              Set.of(Approved.class, Rejected.class),
              Duration.ofMillis(wait.millis()),
              new NobodyDecided()));
      if (wait.failsFirst() && !failed) {
        failed = true;
        throw new IllegalStateException("not yet");
      }
    }

    @MessageHandler
    void on(Withdraw withdraw, Context context) {
      context.withdraw(withdraw.id());
    }

    @MessageHandler
    void on(Approved approved, @State("events") ListState<String> events, Context context) {
      if (approved.by().equals("nobody")) {
        throw new IllegalStateException("broken on purpose");
      }
      note("approved by " + approved.by(), events, context);
    }

    @MessageHandler
    void on(Rejected rejected, @State("events") ListState<String> events, Context context) {
      note("rejected, as " + rejected.why(), events, context);
    }

    @MessageHandler
    void on(NobodyDecided late, @State("events") ListState<String> events, Context context) {
      note("too late", events, context);
    }

    private static void note(String what, ListState<String> events, Context context) {
      events.add(what + " " + context.awakenedBy() + " " + context.caller());
    }

    @MessageHandler
    void on(GetEvents get, @State("events") ListState<String> events, Context context) {
      List<String> list = new ArrayList<>();
      events.forEach(list::add);
      context.reply(new Events(list));
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
                    2, Duration.ofMillis(1), Duration.ofMillis(1), 1, OnFailure.Then.DEAD_LETTER))
            .snapshotStore(store)
            .stateBackend(application -> new HeapBackend())
            .function(new Order())
            .build();
    engine.start();
  }

  @AfterEach
  void stop() {
    engine.close();
    GIVEN.clear();
  }

  private void restart() {
    engine.close();
    start();
  }

  private Awakeable given() {
    await().until(() -> !GIVEN.isEmpty());
    return Objects.requireNonNull(GIVEN.poll());
  }

  private Awakeable newAwakeable(Duration timeout) {
    engine.send(ORDER, new Wait(timeout.toMillis(), false)).join();
    Awakeable awakeable = given();
    // What it has made is committed with the next thing that it does at the latest.
    var unused = events();
    return awakeable;
  }

  private Awakeable newAwakeable() {
    return newAwakeable(Duration.ofDays(1));
  }

  private CompletableFuture<Void> complete(Awakeable awakeable, Object message) {
    return engine.awakeables().complete(awakeable.token(), message);
  }

  private CompletionRefusedException.Reason refusal(String token, Object message) {
    try {
      engine.awakeables().complete(token, message).orTimeout(20, TimeUnit.SECONDS).join();
      throw new AssertionError("It was completed");
    } catch (CompletionException e) {
      return Objects.requireNonNull((CompletionRefusedException) e.getCause()).reason();
    }
  }

  private CompletionRefusedException.Reason refusal(Awakeable awakeable, Object message) {
    return refusal(awakeable.token(), message);
  }

  private List<String> events() {
    return engine.request(ORDER, new GetEvents(), Events.class).join().list();
  }

  @Test
  void whatCompletesItComesToTheInstanceThatMadeIt() {
    Awakeable awakeable = newAwakeable();

    complete(awakeable, new Approved("ann")).join();

    assertThat(events()).containsExactly("approved by ann " + awakeable.id() + " null");
  }

  @Test
  void itIsCompletedByAnyTypeThatItNames() {
    Awakeable awakeable = newAwakeable();

    complete(awakeable, new Rejected("dear")).join();

    assertThat(events()).containsExactly("rejected, as dear " + awakeable.id() + " null");
  }

  @Test
  void theTimeOutComesIfNobodyCompletesIt() {
    Awakeable awakeable = newAwakeable(Duration.ofMillis(1));

    await()
        .untilAsserted(
            () -> assertThat(events()).containsExactly("too late " + awakeable.id() + " null"));

    assertThat(refusal(awakeable, new Approved("ann")))
        .isEqualTo(CompletionRefusedException.Reason.OVER);
    assertThat(events()).hasSize(1);
  }

  @Test
  void aCompletionThatIsRepeatedSucceedsAndHasNoEffect() {
    Awakeable awakeable = newAwakeable();
    complete(awakeable, new Approved("ann")).join();

    complete(awakeable, new Approved("ann")).join();
    restart();
    complete(awakeable, new Approved("ann")).join();

    assertThat(events()).hasSize(1);
  }

  @Test
  void ofManyCompletionsAtOnceOneCounts() {
    Awakeable awakeable = newAwakeable();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(complete(awakeable, new Approved("person " + i)));
    }
    all.forEach(one -> one.exceptionally(refused -> null).join());

    assertThat(all).filteredOn(one -> !one.isCompletedExceptionally()).hasSize(1);
    assertThat(events()).hasSize(1);
  }

  @Test
  void anotherCompletionIsRefused() {
    Awakeable awakeable = newAwakeable();
    complete(awakeable, new Approved("ann")).join();

    assertThat(refusal(awakeable, new Rejected("dear")))
        .isEqualTo(CompletionRefusedException.Reason.COMPLETED);
    assertThat(events()).hasSize(1);
  }

  @Test
  void itSurvivesARestart() {
    Awakeable awakeable = newAwakeable();

    restart();
    complete(awakeable, new Approved("ann")).join();

    assertThat(events()).containsExactly("approved by ann " + awakeable.id() + " null");
  }

  @Test
  void theTimeOutComesAfterARestart() {
    Awakeable awakeable = newAwakeable(Duration.ofMillis(300));

    restart();

    await()
        .untilAsserted(
            () -> assertThat(events()).containsExactly("too late " + awakeable.id() + " null"));
  }

  @Test
  void whoKnowsTheIdButNotTheSecretLearnsNothing() {
    Awakeable awakeable = newAwakeable();
    String wrong =
        awakeable.token().substring(0, 43) + (awakeable.token().endsWith("A") ? "B" : "A");

    assertThat(refusal(wrong, new Approved("eve")))
        .isEqualTo(CompletionRefusedException.Reason.UNKNOWN);
    complete(awakeable, new Approved("ann")).join();
    assertThat(refusal(wrong, new Approved("ann")))
        .isEqualTo(CompletionRefusedException.Reason.UNKNOWN);
    assertThat(events()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "!QAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void aTokenThatIsMadeUpIsUnknown(String token) {
    assertThat(refusal(token, new Approved("eve")))
        .isEqualTo(CompletionRefusedException.Reason.UNKNOWN);
  }

  @Test
  void aMessageOfATypeThatItDoesNotNameIsRefusedAndItWaitsOn() {
    Awakeable awakeable = newAwakeable();

    assertThat(refusal(awakeable, new Withdraw(awakeable.id())))
        .isEqualTo(CompletionRefusedException.Reason.WRONG_TYPE);

    complete(awakeable, new Approved("ann")).join();
    assertThat(events()).hasSize(1);
  }

  @Test
  void nothingComesOfOneThatIsWithdrawn() {
    Awakeable awakeable = newAwakeable();

    engine.send(ORDER, new Withdraw(awakeable.id())).join();
    assertThat(events()).isEmpty();

    assertThat(refusal(awakeable, new Approved("ann")))
        .isEqualTo(CompletionRefusedException.Reason.OVER);
    assertThat(events()).isEmpty();
  }

  @Test
  void anotherInstanceCannotWithdrawIt() {
    Awakeable awakeable = newAwakeable();

    for (int i = 0; i < 50; i++) {
      engine.send(Address.of("test/order", "other" + i), new Withdraw(awakeable.id())).join();
    }

    complete(awakeable, new Approved("ann")).join();
    assertThat(events()).hasSize(1);
  }

  @Test
  void whatIsNotTheIdOfAnyIsWithdrawnInVain() {
    engine.send(ORDER, new Withdraw("")).join();
    engine.send(ORDER, new Withdraw("zz".repeat(12))).join();
    engine.send(ORDER, new Withdraw("00".repeat(12))).join();

    assertThat(events()).isEmpty();
    assertThat(engine.deadLetters().list(1).join().letters()).isEmpty();
  }

  @Test
  void theTokenOfAnAttemptThatFailedIsUnknown() {
    engine.send(ORDER, new Wait(100_000, true)).join();
    Awakeable ofFailedAttempt = given();
    Awakeable awakeable = given();

    assertThat(refusal(ofFailedAttempt, new Approved("eve")))
        .isEqualTo(CompletionRefusedException.Reason.UNKNOWN);
    complete(awakeable, new Approved("ann")).join();
    assertThat(events()).hasSize(1);
  }

  @Test
  void whatTheFunctionCannotHandleIsADeadLetterAndTheAwakeableIsCompleted() {
    Awakeable awakeable = newAwakeable();

    complete(awakeable, new Approved("nobody")).join();

    await().until(() -> engine.deadLetters().list(2).join().letters().size() == 1);
    DeadLetters.Id id = engine.deadLetters().list(1).join().letters().get(0).id();
    engine.deadLetters().replay(id, null, new Approved("ann")).join();
    await()
        .untilAsserted(
            () ->
                assertThat(events())
                    .containsExactly("approved by ann " + awakeable.id() + " null"));
  }

  @Test
  void whoLooksAtTheInstanceSeesUntilWhenItWaitsAndNoToken() {
    Awakeable open = newAwakeable(Duration.ofHours(2));
    Awakeable completed = newAwakeable();
    complete(completed, new Approved("ann")).join();

    InstanceContent content = engine.instance(ORDER, 10).join().content();

    assertThat(content.timers().first())
        .singleElement()
        .satisfies(timer -> assertThat(timer.due()).isEqualTo(open.until()))
        .satisfies(
            timer ->
                assertThat(timer.what())
                    .contains("awakeable " + open.id())
                    .doesNotContain(open.token()));
    assertThat(content.toString()).doesNotContain(open.token());
  }

  @Test
  void anAwakeableDoesNotTellItsTokenToALog() {
    Awakeable awakeable = newAwakeable();

    assertThat(awakeable).asString().contains(awakeable.id()).doesNotContain(awakeable.token());
  }

  @Test
  void itNeedsATypeThatIsKnownAndTime() {
    engine.send(ORDER, new Wait(0, false)).join();

    await().until(() -> engine.deadLetters().list(2).join().letters().size() == 1);
    assertThat(engine.deadLetters().list(1).join().letters().get(0).letter().cause())
        .contains("at least one millisecond");
  }

  @Test
  void anEngineThatDoesNotRunCompletesNothing() {
    Awakeable awakeable = newAwakeable();
    engine.close();

    assertThatThrownBy(() -> complete(awakeable, new Approved("ann")))
        .isInstanceOf(IllegalStateException.class);
  }
}
