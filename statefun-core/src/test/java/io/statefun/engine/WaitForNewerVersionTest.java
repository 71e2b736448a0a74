/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What this version cannot handle waits for one that can, for some time. */
class WaitForNewerVersionTest {

  private static final int MANY = 1_000;
  private static final Duration WAIT = Duration.ofMinutes(10);
  private static final Address COUNTER = Address.of("test/counter", "a");
  private static final Address NEW_FUNCTION = Address.of("test/new", "a");

  @StatefulFunction("test/counter")
  static class Counter {

    @MessageHandler
    void on(Long amount, @State("sum") ValueState<Long> sum) {
      sum.update(0L, before -> before + amount);
    }
  }

  @StatefulFunction("test/counter")
  static class NewCounter extends Counter {

    @MessageHandler
    void on(String amount, @State("sum") ValueState<Long> sum) {
      sum.update(0L, before -> before * Long.parseLong(amount));
    }
  }

  @StatefulFunction("test/new")
  static class NewFunction extends Counter {}

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private ManualEngine start(Duration wait, Object... functions) {
    StateFunEngine.Builder builder =
        StateFunEngine.builder("test")
            .partitions(2)
            .clock(() -> now)
            .snapshotStore(store)
            .stateBackend(application -> new HeapBackend())
            .waitForNewerVersion(wait);
    for (Object function : functions) {
      builder.function(function);
    }
    return builder.buildManual();
  }

  private void sendNewThings(ManualEngine engine) {
    engine.send(COUNTER, null, 2L);
    engine.send(COUNTER, null, "100");
    engine.send(COUNTER, null, 3L);
    engine.send(NEW_FUNCTION, null, 7L);
    engine.send(Address.of("test/counter", "b"), null, 1L);
    engine.runUntilIdle(MANY);
  }

  @Test
  void aNewerVersionThatComesInTimeHandlesTheMessagesInTheirOrder() {
    try (ManualEngine old = start(WAIT, new Counter())) {
      sendNewThings(old);
      assertThat(old.deadLetters()).isEmpty();
      assertThat(old.state(COUNTER, "sum")).isEqualTo(2L);
      assertThat(old.state(Address.of("test/counter", "b"), "sum")).isEqualTo(1L);
      now = now.plus(WAIT).minusMillis(1);
      old.runUntilIdle(MANY);
    }

    try (ManualEngine next = start(WAIT, new NewCounter(), new NewFunction())) {
      next.runUntilIdle(MANY);

      assertThat(next.deadLetters()).isEmpty();
      assertThat(next.state(COUNTER, "sum")).isEqualTo(203L);
      assertThat(next.state(NEW_FUNCTION, "sum")).isEqualTo(7L);
    }
  }

  @Test
  void afterTheTimeTheMessagesAreDeadLettersAndTheOthersGoOn() {
    try (ManualEngine engine = start(WAIT, new Counter())) {
      sendNewThings(engine);
      assertThat(engine.nextWakeUp()).isEqualTo(now.plus(WAIT));

      now = now.plus(WAIT);
      engine.runUntilIdle(MANY);

      assertThat(engine.deadLetters())
          .extracting(DeadLetter::target)
          .containsExactlyInAnyOrder(COUNTER, NEW_FUNCTION);
      assertThat(engine.state(COUNTER, "sum")).isEqualTo(5L);
      assertThat(engine.nextWakeUp()).isNull();
    }
  }

  @Test
  void manyOfAKindHoldUpAnInstanceNoLongerThanOne() {
    try (ManualEngine engine = start(WAIT, new Counter())) {
      for (int i = 0; i < 5; i++) {
        engine.send(COUNTER, null, "100");
        engine.send(COUNTER, null, 1L);
      }
      engine.runUntilIdle(MANY);
      now = now.plus(WAIT);
      engine.runUntilIdle(MANY);
      engine.send(COUNTER, null, "100");
      engine.send(COUNTER, null, 1L);
      engine.runUntilIdle(MANY);

      assertThat(engine.deadLetters()).hasSize(6);
      assertThat(engine.state(COUNTER, "sum")).isEqualTo(6L);
    }
  }

  @Test
  void aLaterOneOfAKindWaitsAgain() {
    try (ManualEngine engine = start(WAIT, new Counter())) {
      engine.send(COUNTER, null, "100");
      engine.runUntilIdle(MANY);
      now = now.plus(WAIT);
      engine.runUntilIdle(MANY);
      now = now.plus(WAIT).plusMillis(1);
      engine.send(COUNTER, null, "100");
      engine.runUntilIdle(MANY);

      assertThat(engine.deadLetters()).hasSize(1);
    }
  }

  @Test
  void withoutATimeToWaitTheyAreDeadLettersAtOnce() {
    try (ManualEngine engine = start(Duration.ZERO, new Counter())) {
      sendNewThings(engine);

      assertThat(engine.deadLetters()).hasSize(2);
      assertThat(engine.state(COUNTER, "sum")).isEqualTo(5L);
    }
  }

  @Test
  void aTimeToWaitIsNotNegative() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StateFunEngine.builder("test").waitForNewerVersion(Duration.ofMillis(-1)))
        .withMessageContaining("must not be negative");
  }
}
