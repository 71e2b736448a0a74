/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ManualEngineTest {

  private static final Address COUNTER = Address.of("test/counter", "a");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final int MANY = 1_000;

  @StatefulFunction("test/counter")
  static class Counter {

    @MessageHandler
    void on(Long amount, @State("sum") ValueState<Long> sum, Context context) {
      sum.update(0L, before -> before + amount);
      context.egress("test/sums", sum.getOrDefault(0L));
      context.send("test/unknown", "x", amount);
    }
  }

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();

  private ManualEngine engine(EngineLimits limits) {
    return StateFunEngine.builder("test")
        .partitions(2)
        .clock(() -> NOW)
        .limits(limits)
        .snapshotStore(store)
        .stateBackend(application -> new HeapBackend())
        .function(new Counter())
        .buildManual();
  }

  @Test
  void doesNothingUntilItIsRun() {
    try (ManualEngine engine = engine(EngineLimits.DEFAULT)) {
      CompletableFuture<Void> sent = engine.send(COUNTER, null, 1L);
      assertThat(engine.state(COUNTER, "sum")).isNull();

      engine.runWithoutCommit(MANY);
      assertThat(engine.state(COUNTER, "sum")).isEqualTo(1L);
      assertThat(sent).isNotDone();
      assertThat(engine.sent()).isEmpty();

      engine.runUntilIdle(MANY);
      assertThat(sent).isCompleted();
      assertThat(engine.sent()).hasSize(1);
      assertThat(engine.emitted()).hasSize(1);
    }
  }

  @Test
  void cannotBeUsedBetweenACrashAndARestart() {
    ManualEngine engine = engine(EngineLimits.DEFAULT);
    engine.crash();

    assertThatIllegalStateException().isThrownBy(() -> engine.send(COUNTER, null, 1L));

    engine.restart();
    engine.send(COUNTER, null, 1L);
    assertThatIllegalStateException().isThrownBy(engine::restart);
  }

  @Test
  void whatItTakesDoesNotHoldUpTheDeletionOfEpochs() throws IOException {
    EngineLimits base = EngineLimits.DEFAULT;
    EngineLimits shortChain =
        new EngineLimits(
            base.maxCachedStateBytes(),
            base.maxEpochBytes(),
            Duration.ZERO,
            base.maxUnappliedBytes(),
            base.mailboxCapacity(),
            base.maxWaitingRequests(),
            base.maxUnacknowledgedRecords(),
            1,
            1);
    try (ManualEngine engine = engine(shortChain)) {
      for (int i = 0; i < 200; i++) {
        engine.send(COUNTER, null, 1L);
        engine.runUntilIdle(MANY);
      }
      assertThat(store.list("").size()).isLessThan(50);

      engine.crash();
      engine.restart();
      engine.runUntilIdle(MANY);

      assertThat(engine.state(COUNTER, "sum")).isEqualTo(200L);
      assertThat(engine.emitted()).hasSize(200);
    }
  }
}
