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
import io.statefun.function.OnFailure;
import io.statefun.function.StatefulFunction;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Who is seen to send to whom. */
class TrafficTest {

  private final Traffic traffic = new Traffic(TypeName::toString);

  @Test
  void sumsWhatWorkersCount() {
    TypeName user = TypeName.parse("test/user");
    traffic.from(Traffic.Kind.FUNCTION, "test/a", 0).sent(user, 2);
    traffic.from(Traffic.Kind.FUNCTION, "test/a", 1).sent(TypeName.parse("test/user"), 3);
    traffic.from(Traffic.Kind.FUNCTION, "test/a", 1).emitted(user);
    traffic.fromOutside(0).sent(user, 1);

    assertThat(texts(traffic.edges()))
        .containsExactlyInAnyOrder(
            "test/a > FUNCTION test/user 5",
            "test/a > EGRESS test/user 1",
            "outside > FUNCTION test/user 1");
  }

  @Test
  void namesThatAreOtherObjectsEachTimeAreCountedAsOne() {
    Outflow outflow = traffic.from(Traffic.Kind.FUNCTION, "test/a", 0);
    for (int i = 0; i < 1_000; i++) {
      outflow.sent(TypeName.parse("test/user"), 1);
      outflow.sent(TypeName.parse("test/other-" + i % 40), 1);
    }

    assertThat(traffic.edges()).hasSize(41);
    assertThat(texts(traffic.edges())).contains("test/a > FUNCTION test/user 1000");
  }

  @Test
  void edgesThatAreTooManyAreCountedAsOne() {
    Outflow outflow = traffic.from(Traffic.Kind.FUNCTION, "test/a", 0);
    for (int i = 0; i < Traffic.MAX_EDGES + 500; i++) {
      outflow.sent(TypeName.parse("test/to-" + i), 1);
    }

    assertThat(traffic.edges()).hasSize(Traffic.MAX_EDGES + 1);
    assertThat(texts(traffic.edges())).contains("test/a > FUNCTION others 500");
  }

  record Spread(int many) {}

  record Fail() {}

  /** Sends to many. */
  @StatefulFunction("test/spreader")
  @OnFailure(maxAttempts = 1)
  static class Spreader {

    @MessageHandler
    void on(Spread spread, Context context) {
      for (int i = 0; i < spread.many(); i++) {
        context.send("test/sink", "s" + i, "hello");
      }
      context.reminders().after("again", Duration.ofMillis(1), "go");
      context.reply("done");
    }

    @MessageHandler
    void on(Fail fail, Context context) {
      context.send("test/sink", "s", "hello");
      throw new IllegalStateException("as it is told to");
    }

    @MessageHandler
    void on(String go) {}
  }

  /** Takes what comes. */
  @StatefulFunction("test/sink")
  static class Sink {

    @MessageHandler
    void on(String text) {}
  }

  @Test
  void anEngineCountsWhatHandlersSendThatReturn() {
    try (StateFunEngine engine =
        StateFunEngine.builder("test")
            .partitions(4)
            .workers(2)
            .snapshotStore(new InMemorySnapshotStore())
            .stateBackend(application -> new HeapBackend())
            .function(new Spreader())
            .function(new Sink())
            .build()) {
      engine.start();
      Address spreader = Address.of("test/spreader", "a");
      List<CompletableFuture<String>> asked =
          List.of(
              engine.request(spreader, new Spread(3), String.class),
              // So many that they do not stay in memory.
              engine.request(Address.of("test/spreader", "b"), new Spread(5_000), String.class));
      asked.forEach(CompletableFuture::join);
      engine.send(spreader, new Fail()).join();

      await()
          .untilAsserted(
              () ->
                  assertThat(texts(engine.traffic()))
                      .containsExactlyInAnyOrder(
                          "outside > FUNCTION test/spreader 3",
                          "test/spreader > FUNCTION test/sink 5003",
                          "test/spreader > FUNCTION test/spreader 2",
                          "test/spreader > OUTSIDE outside 2"));
      assertThat(engine.partitions()).extracting(PartitionLoad::number).containsExactly(0, 1, 2, 3);
    }
  }

  private static List<String> texts(List<Traffic.Edge> edges) {
    return edges.stream()
        .map(
            edge ->
                edge.from().name()
                    + " > "
                    + edge.to().kind()
                    + " "
                    + edge.to().name()
                    + " "
                    + edge.messages())
        .toList();
  }
}
