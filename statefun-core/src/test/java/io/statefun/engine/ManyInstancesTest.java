/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.io.Egress;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.state.RocksDbBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is too much for the memory of one invocation or one mailbox, on the real disk; each engine
 * but the first begins with an empty local disk.
 */
class ManyInstancesTest {

  private static final int COUNT = 20_000;
  private static final TypeName REPORTS = TypeName.parse("many/reports");
  private static final Address SOURCE = Address.of("many/source", "all");
  private static final Instant DUE = Instant.parse("2030-01-01T00:00:00Z");

  @TempDir Path folder;

  private final MessageTypes types = MessageTypes.standard();
  private final Reports reports = new Reports(types.forClass(Long.class));
  private volatile Instant now = DUE.minus(Duration.ofDays(7));
  private int engines;

  record Wake() {}

  record Sleep(long number) {}

  record SendToAll(boolean sleep) {}

  @StatefulFunction("many/source")
  static class Source {

    @MessageHandler
    void on(SendToAll order, Context context) {
      for (long number = 0; number < COUNT; number++) {
        context.send(
            "many/target",
            Long.toString(number),
            order.sleep() ? new Sleep(number) : Long.valueOf(number));
      }
    }
  }

  @StatefulFunction("many/target")
  static class Target {

    @MessageHandler
    void on(Long number, @State("count") ValueState<Long> count, Context context) {
      count.update(0L, before -> before + 1);
      context.egress(EgressRecord.of(REPORTS, count.getOrDefault(0L) == 1 ? number : -1L));
    }

    @MessageHandler
    void on(Sleep sleep, Context context) {
      Instant due = DUE.minusMillis(sleep.number() * 7_919 % COUNT);
      context.sendAt(due, context.self(), sleep.number());
    }

    @MessageHandler
    void on(Wake wake) {}
  }

  @Test
  void aMessageThatBecomesManyReachesEachInstanceOnce() throws Exception {
    run(
        engine -> {
          engine.send(SOURCE, new SendToAll(false)).join();
          await().until(() -> reports.byId.size() > COUNT / 10);
        });
    run(engine -> awaitAll());
  }

  @Test
  void manyTimersOutlastARestartAndFireOnce() throws Exception {
    run(
        engine -> {
          engine.send(SOURCE, new SendToAll(true)).join();
          await().until(() -> engine.status().invocations() > COUNT);
          engine.send(Address.of("many/target", "last"), new Wake()).join();
        });
    assertThat(reports.byId).isEmpty();
    run(
        engine -> {
          now = DUE;
          awaitAll();
        });
  }

  private void awaitAll() {
    await().atMost(Duration.ofSeconds(60)).until(() -> reports.byId.size() >= COUNT);
    assertThat(reports.byId.values()).doesNotHaveDuplicates().hasSize(COUNT).doesNotContain(-1L);
  }

  private void run(Consumer<StateFunEngine> test) throws Exception {
    Path local = folder.resolve("local-" + engines++);
    try (FileSnapshotStore store = FileSnapshotStore.open(folder.resolve("store"), "many");
        StateFunEngine engine =
            StateFunEngine.builder("many")
                .partitions(8)
                .workers(2)
                .messageTypes(types)
                .clock(() -> now)
                .snapshotStore(store)
                .stateBackend(application -> RocksDbBackend.in(local).open())
                .scratchFolder(local.resolve("scratch"))
                .function(new Source())
                .function(new Target())
                .egress(REPORTS.toString(), reports)
                .build()) {
      engine.start();
      test.accept(engine);
    }
  }

  /** What has come out, by the id under which a repetition would come too. */
  private static final class Reports implements Egress {

    private final MessageType<Long> type;
    private final ConcurrentHashMap<String, Long> byId = new ConcurrentHashMap<>();

    Reports(MessageType<Long> type) {
      this.type = type;
    }

    @Override
    public CompletionStage<?> deliver(List<Delivery> batch) {
      batch.forEach(delivery -> byId.put(delivery.id(), delivery.value().as(type)));
      return CompletableFuture.completedFuture(null);
    }
  }
}
