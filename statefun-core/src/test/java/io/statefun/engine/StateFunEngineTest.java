/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.io.Egress;
import io.statefun.message.Address;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class StateFunEngineTest {

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private final List<Object> out = new CopyOnWriteArrayList<>();

  record Add(long amount) {}

  record Read() {}

  record Forward(String to, long amount) {}

  record Bounce() {}

  record Later(long millis, long amount) {}

  @StatefulFunction("test/counter")
  static class Counter {

    @MessageHandler
    void on(Add add, @State("sum") ValueState<Long> sum, Context context) {
      sum.update(0L, value -> value + add.amount());
      context.egress("test/out", sum.getOrDefault(0L));
    }

    @MessageHandler
    void on(Read read, @State("sum") ValueState<Long> sum, Context context) {
      context.reply(sum.getOrDefault(0L));
    }

    @MessageHandler
    void on(Forward forward, Context context) {
      context.send("test/counter", forward.to(), new Add(forward.amount()));
    }

    @MessageHandler
    void on(Bounce bounce, Context context) {
      context.send(
          context.self().type().toString(), "b".equals(context.self().id()) ? "a" : "b", bounce);
    }

    @MessageHandler
    void on(Later later, Context context) {
      context.sendAfter(Duration.ofMillis(later.millis()), context.self(), new Add(later.amount()));
    }
  }

  private StateFunEngine engine() {
    return StateFunEngine.builder("test")
        .partitions(8)
        .workers(2)
        .snapshotStore(store)
        .stateBackend(application -> new HeapBackend())
        .function(new Counter())
        .egress("test/out", egress())
        .build();
  }

  private Egress egress() {
    return batch -> {
      batch.forEach(delivery -> out.add(delivery));
      return CompletableFuture.completedFuture(null);
    };
  }

  @Test
  void stateSurvivesARestartOnAnEmptyMachine() {
    try (StateFunEngine first = engine()) {
      first.start();
      List<CompletableFuture<Void>> sent = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        sent.add(first.send(Address.of("test/counter", "" + i % 10), new Add(1)));
      }
      sent.forEach(CompletableFuture::join);
    }
    try (StateFunEngine second = engine()) {
      second.start();
      for (int i = 0; i < 10; i++) {
        assertThat(
                second.request(Address.of("test/counter", "" + i), new Read(), Long.class).join())
            .isEqualTo(100L);
      }
    }
  }

  @Test
  void aReplyThatNobodyWaitsForIsDropped() {
    try (StateFunEngine engine = engine()) {
      engine.start();
      engine.tell(Address.of("test/counter", "a"), new Read()).join();

      assertThat(engine.request(Address.of("test/counter", "a"), new Read(), Long.class).join())
          .isZero();
      assertThat(engine.status().failedInvocations()).isZero();
    }
  }

  @Test
  void functionsThatNeverRestDoNotKeepAnEngineFromStopping() {
    StateFunEngine engine = engine();
    engine.start();
    engine.send(Address.of("test/counter", "a"), new Bounce()).join();
    long begun = System.nanoTime();

    engine.stop(Duration.ofMinutes(1));

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void messagesReachOtherInstancesAndRecordsLeave() {
    try (StateFunEngine engine = engine()) {
      engine.start();
      for (int i = 0; i < 100; i++) {
        engine.send(Address.of("test/counter", "from"), new Forward("to" + i, 5)).join();
      }
      await().until(() -> out.size() == 100);
      assertThat(engine.request(Address.of("test/counter", "to7"), new Read(), Long.class).join())
          .isEqualTo(5L);
    }
  }

  @Test
  void aDelayedMessageArrivesAfterARestart() {
    try (StateFunEngine first = engine()) {
      first.start();
      first.send(Address.of("test/counter", "a"), new Later(300, 7)).join();
    }
    try (StateFunEngine second = engine()) {
      second.start();
      await().until(() -> out.size() == 1);
    }
  }
}
