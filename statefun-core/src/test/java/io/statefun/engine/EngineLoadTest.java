/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.function.AsyncResult;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
import io.statefun.function.StatefulFunction;
import io.statefun.message.Address;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EngineLoadTest {

  private final Busy function = new Busy();
  private final StateFunEngine engine =
      StateFunEngine.builder("test")
          .partitions(4)
          .workers(1)
          .snapshotStore(new InMemorySnapshotStore())
          .stateBackend(application -> new HeapBackend())
          .measureInvocations(true)
          .function(function)
          .build();

  record Hang() {}

  record Fail() {}

  record Begin() {}

  @StatefulFunction("test/busy")
  @OnFailure(maxAttempts = 2, initialBackoff = "10m", maxBackoff = "10m")
  static class Busy {

    final CountDownLatch mayGoOn = new CountDownLatch(1);
    final CompletableFuture<String> operation = new CompletableFuture<>();

    @MessageHandler
    void on(Hang hang) throws InterruptedException {
      mayGoOn.await();
    }

    @MessageHandler
    void on(Fail fail) {
      throw new IllegalStateException("as it is told to");
    }

    @MessageHandler
    void on(Begin begin, Context context) {
      context.async("begun", operation);
    }

    @MessageHandler
    void on(AsyncResult<String, String> result) {
      // The operation is over.
    }
  }

  @BeforeEach
  void start() {
    engine.start();
  }

  @AfterEach
  void stop() {
    function.mayGoOn.countDown();
    engine.close();
  }

  @Test
  void messagesWaitWhileAHandlerHangs() {
    List<CompletableFuture<Void>> sent =
        List.of(send("a", new Hang()), send("b", new Hang()), send("c", new Hang()));
    await().until(() -> engine.load().waitingMessages() > 0);

    function.mayGoOn.countDown();
    CompletableFuture.allOf(sent.toArray(new CompletableFuture<?>[0])).join();

    await().until(() -> engine.load().waitingMessages() == 0);
    assertThat(engine.load().workers()).isEqualTo(1);
    assertThat(engine.load().busy()).isPositive();
    FunctionMeter meter = engine.functions().get(0);
    assertThat(meter.name()).isEqualTo("test/busy");
    assertThat(meter.handled()).isEqualTo(3);
    assertThat(meter.measured()).isEqualTo(3);
  }

  @Test
  void anInstanceIsBlockedUntilItsMessageIsTriedAgain() {
    send("a", new Fail()).join();
    send("b", new Fail()).join();

    await().until(() -> engine.load().blockedInstances() == 2);
    assertThat(engine.functions().get(0).failed()).isEqualTo(2);
    assertThat(engine.functions().get(0).retries()).isEqualTo(2);
    assertThat(engine.functions().get(0).deadLetters()).isZero();
  }

  @Test
  void anOperationIsUnderWayUntilItEnds() {
    send("a", new Begin()).join();
    await().until(() -> engine.load().operations() == 1);

    function.operation.complete("done");

    await().until(() -> engine.load().operations() == 0);
  }

  private CompletableFuture<Void> send(String id, Object message) {
    return engine.send(Address.of("test/busy", id), message);
  }
}
