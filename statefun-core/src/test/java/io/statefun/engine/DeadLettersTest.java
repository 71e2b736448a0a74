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
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeadLettersTest {

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private volatile boolean broken = true;
  private StateFunEngine engine;

  record Pay(long amount, String note) {}

  record Read() {}

  @StatefulFunction("test/account")
  class Account {

    @MessageHandler
    void on(Pay pay, @State("paid") ValueState<Long> paid) {
      if (broken) {
        throw new IllegalStateException("no money");
      }
      paid.update(0L, before -> before + pay.amount());
    }

    @MessageHandler
    void on(Read read, @State("paid") ValueState<Long> paid, Context context) {
      context.reply(paid.getOrDefault(0L));
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
            .function(new Account())
            .build();
    engine.start();
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private void fail(String id, long amount, String note) {
    engine.send(Address.of("test/account", id), new Pay(amount, note)).join();
  }

  private List<DeadLetters.Stored> letters(int count) {
    await().until(() -> engine.deadLetters().list(1_000).join().letters().size() == count);
    return engine.deadLetters().list(1_000).join().letters();
  }

  private long paid(String id) {
    return engine.request(Address.of("test/account", id), new Read(), Long.class).join();
  }

  @Test
  void aDeadLetterHasItsMessageItsTargetAndItsCause() {
    fail("ann", 5, "rent");

    DeadLetter letter = letters(1).get(0).letter();

    assertThat(letter.target()).isEqualTo(Address.of("test/account", "ann"));
    assertThat(letter.cause()).contains("no money");
    assertThat(letter.value().as(engine.messageTypes().forClass(Pay.class)))
        .isEqualTo(new Pay(5, "rent"));
  }

  @Test
  void thoseOfAllPartitionsAreListedOldestFirstUpToALimit() {
    for (int i = 0; i < 30; i++) {
      fail("user" + i, i, "");
    }
    letters(30);

    DeadLetters.Page page = engine.deadLetters().list(10).join();

    assertThat(page.letters()).hasSize(10);
    assertThat(page.letters())
        .isSortedAccordingTo(java.util.Comparator.comparing(one -> one.letter().time()));
    assertThat(page.more()).isTrue();
    assertThat(engine.deadLetters().list(30).join().more()).isFalse();
  }

  @Test
  void theirNumberIsKnownAlsoAfterARestart() {
    for (int i = 0; i < 30; i++) {
      fail("user" + i, i, "");
    }
    List<DeadLetters.Stored> all = letters(30);
    assertThat(engine.deadLetters().count().join()).isEqualTo(30);
    engine.deadLetters().discard(all.get(0).id()).join();
    broken = false;
    engine.deadLetters().replay(all.get(1).id()).join();
    assertThat(engine.deadLetters().count().join()).isEqualTo(28);

    engine.close();
    start();

    assertThat(engine.deadLetters().count().join()).isEqualTo(28);
    assertThat(engine.partitions().stream().mapToInt(PartitionLoad::deadLetters).sum())
        .isEqualTo(28);
  }

  @Test
  void aMessageIsHandledAgainOnce() {
    fail("ann", 5, "");
    DeadLetters.Id id = letters(1).get(0).id();
    broken = false;

    engine.deadLetters().replay(id).join();

    await().untilAsserted(() -> assertThat(paid("ann")).isEqualTo(5));
    assertThat(letters(0)).isEmpty();
    assertThatThrownBy(() -> engine.deadLetters().replay(id).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            RequestFailedException.class,
            failure ->
                assertThat(failure.reason()).isEqualTo(RequestFailedException.Reason.NOT_FOUND));
    assertThat(paid("ann")).isEqualTo(5);
  }

  @Test
  void aMessageThatFailsAgainIsADeadLetterOfAnotherName() {
    fail("ann", 5, "");
    DeadLetters.Id id = letters(1).get(0).id();

    engine.deadLetters().replay(id).join();

    await().until(() -> !letters(1).get(0).id().equals(id));
  }

  @Test
  void aMessageIsHandledAgainAsAnotherOneByAnotherInstance() {
    fail("ann", 5, "");
    DeadLetters.Id id = letters(1).get(0).id();
    broken = false;

    engine
        .deadLetters()
        .replay(id, Address.of("test/account", "bob"), new Pay(7, "corrected"))
        .join();

    await().untilAsserted(() -> assertThat(paid("bob")).isEqualTo(7));
    assertThat(paid("ann")).isZero();
  }

  @Test
  void aDiscardedMessageIsGoneAlsoAfterARestart() {
    fail("ann", 5, "");
    engine.deadLetters().discard(letters(1).get(0).id()).join();

    engine.close();
    start();

    assertThat(letters(0)).isEmpty();
  }

  @Test
  void aReplayThatIsCommittedSurvivesARestart() {
    fail("ann", 5, "");
    DeadLetters.Id id = letters(1).get(0).id();
    broken = false;
    engine.deadLetters().replay(id).join();

    engine.close();
    start();

    await().untilAsserted(() -> assertThat(paid("ann")).isEqualTo(5));
    assertThat(letters(0)).isEmpty();
  }

  @Test
  void aLongMessageIsShownInPartAndReplayedWhole() {
    String note = "x".repeat(300_000);
    fail("ann", 5, note);
    DeadLetters.Stored stored = letters(1).get(0);
    assertThat(stored.cut()).isTrue();
    assertThat(stored.letter().value().bytes().length).isLessThan(100_000);
    broken = false;

    engine.deadLetters().replay(stored.id()).join();

    await().untilAsserted(() -> assertThat(paid("ann")).isEqualTo(5));
  }

  @Test
  void aNameThatIsNoneIsRefusedWithAnExample() {
    assertThatThrownBy(() -> DeadLetters.Id.parse("17"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3-17");
    assertThat(DeadLetters.Id.parse("3-17")).isEqualTo(new DeadLetters.Id(3, 17));
  }

  @Test
  void aPartitionThatThereIsNotHasNoDeadLetters() {
    assertThatThrownBy(() -> engine.deadLetters().discard(new DeadLetters.Id(99, 1)).join())
        .hasCauseInstanceOf(RequestFailedException.class);
  }
}
