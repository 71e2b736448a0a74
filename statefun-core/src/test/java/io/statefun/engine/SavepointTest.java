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
import io.statefun.function.ListState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.io.Egress;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.HeapBackend;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SavepointTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int CELLS = 40;
  private static final MessageTypes TYPES = MessageTypes.standard();

  private final SnapshotStore store = new InMemorySnapshotStore();
  private final List<StateFunEngine> engines = new CopyOnWriteArrayList<>();
  private final List<Object> out = new CopyOnWriteArrayList<>();
  private volatile boolean receiverSulks;

  record Add(long amount) {}

  record Later(long millis, long amount) {}

  record Remind(String name, long millis, long amount) {}

  record Emit(String text) {}

  record Read() {}

  record Content(long sum, List<Long> amounts) {}

  @StatefulFunction("test/cell")
  static class Cell {

    @MessageHandler
    void on(
        Add add, @State("sum") ValueState<Long> sum, @State("amounts") ListState<Long> amounts) {
      sum.update(0L, value -> value + add.amount());
      amounts.add(add.amount());
    }

    @MessageHandler
    void on(Later later, Context context) {
      context.sendAfter(Duration.ofMillis(later.millis()), context.self(), new Add(later.amount()));
    }

    @MessageHandler
    void on(Remind remind, Context context) {
      context
          .reminders()
          .after(remind.name(), Duration.ofMillis(remind.millis()), new Add(remind.amount()));
    }

    @MessageHandler
    void on(Emit emit, Context context) {
      context.egress("test/out", emit.text());
    }

    @MessageHandler
    void on(
        Read read,
        @State("sum") ValueState<Long> sum,
        @State("amounts") ListState<Long> amounts,
        Context context) {
      List<Long> all = new ArrayList<>();
      amounts.forEach(all::add);
      context.reply(new Content(sum.getOrDefault(0L), all));
    }
  }

  @AfterEach
  void stop() {
    engines.forEach(StateFunEngine::close);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 3, 1, 21})
  void anotherApplicationGoesOnFromASavepointWithAnyNumberOfPartitions(int partitions)
      throws Exception {
    StateFunEngine first = start(store, 8);
    for (int cell = 0; cell < CELLS; cell++) {
      send(first, cell, new Add(cell));
      send(first, cell, new Add(100));
      send(first, cell, new Later(3_600_000, 1));
      send(first, cell, new Remind("soon", 1_500, 1_000));
    }
    Savepoint savepoint = first.savepoint(PATIENCE).get();
    first.close();

    SnapshotStore other = new InMemorySnapshotStore();
    engine(other, partitions).restore(store, savepoint, true);
    StateFunEngine second = start(other, partitions);
    send(second, 7, new Add(50_000));

    for (int cell = 0; cell < CELLS; cell++) {
      long number = cell;
      List<Long> expected =
          cell == 7 ? List.of(7L, 100L, 50_000L, 1_000L) : List.of(number, 100L, 1_000L);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(read(second, (int) number).amounts())
                      .containsExactlyInAnyOrderElementsOf(expected));
    }
    assertThat(read(second, 7).sum()).isEqualTo(51_107);
  }

  @Test
  void anApplicationThatWasRestoredComesBackAfterACrashAsAnyOther() throws Exception {
    StateFunEngine first = start(store, 8);
    send(first, 1, new Add(5));
    Savepoint savepoint = first.savepoint(PATIENCE).get();
    first.close();
    SnapshotStore other = new InMemorySnapshotStore();
    engine(other, 5).restore(store, savepoint, true);
    StateFunEngine second = start(other, 5);
    send(second, 1, new Add(6));
    second.close();

    StateFunEngine third = start(other, 5);

    assertThat(read(third, 1).amounts()).containsExactly(5L, 6L);
  }

  @Test
  void recordsThatHaveNotArrivedAreDeliveredByTheRestoredApplication() throws Exception {
    receiverSulks = true;
    StateFunEngine first = start(store, 8);
    for (int cell = 0; cell < CELLS; cell++) {
      send(first, cell, new Emit("record-" + cell));
    }
    Savepoint savepoint = first.savepoint(PATIENCE).get();
    first.close();
    receiverSulks = false;

    SnapshotStore other = new InMemorySnapshotStore();
    engine(other, 3).restore(store, savepoint, true);
    StateFunEngine second = start(other, 3);

    await().atMost(PATIENCE).until(() -> out.size() == CELLS);
    assertThat(out)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, CELLS).mapToObj(cell -> (Object) ("record-" + cell)).toList());
    assertThat(second.status().unacknowledgedRecords()).isZero();
  }

  @Test
  void anEmptyApplicationHasAnEmptySavepoint() throws Exception {
    Savepoint empty = start(store, 8).savepoint(PATIENCE).get();

    SavepointContent content = SavepointContent.read(new SavepointStore(store), empty);

    assertThat(content.functions()).isEmpty();
    assertThat(content.timers()).isZero();
  }

  @Test
  void theContentOfASavepointIsCounted() throws Exception {
    receiverSulks = true;
    StateFunEngine first = start(store, 8);
    for (int cell = 0; cell < CELLS; cell++) {
      send(first, cell, new Add(1));
      send(first, cell, new Later(3_600_000, 1));
      send(first, cell, new Emit("record"));
    }
    Savepoint savepoint = first.savepoint(PATIENCE).get();

    SavepointContent content = SavepointContent.read(new SavepointStore(store), savepoint);

    SavepointContent.FunctionContent cells = content.functions().get(TypeName.parse("test/cell"));
    assertThat(cells).isNotNull();
    assertThat(Objects.requireNonNull(cells).instances()).isEqualTo(CELLS);
    assertThat(cells.collectionEntries()).isEqualTo(CELLS);
    assertThat(content.timers()).isEqualTo(CELLS);
    assertThat(content.undeliveredRecords()).isEqualTo(CELLS);
    assertThat(content.nextTimer()).isNotNull();
  }

  @Test
  void aSavepointCanBeCopiedIntoAnotherStoreAndRestoredFromThere() throws Exception {
    StateFunEngine first = start(store, 8);
    send(first, 3, new Add(5));
    Savepoint savepoint = first.savepoint(PATIENCE).get();
    SnapshotStore backup = new InMemorySnapshotStore();
    new SavepointStore(store).copy(savepoint, backup);
    assertThat(new SavepointStore(store).delete(savepoint.number())).isTrue();
    assertThat(new SavepointStore(store).list()).isEmpty();

    SnapshotStore other = new InMemorySnapshotStore();
    engine(other, 2).restore(backup, new SavepointStore(backup).list().get(0), true);

    assertThat(read(start(other, 2), 3).amounts()).containsExactly(5L);
  }

  @Test
  void anApplicationThatHoldsStateIsNotReplaced() throws Exception {
    StateFunEngine first = start(store, 8);
    send(first, 3, new Add(5));
    Savepoint savepoint = first.savepoint(PATIENCE).get();
    first.close();

    StateFunEngine same = engine(store, 8);

    assertThatThrownBy(() -> same.restore(store, savepoint, true))
        .isInstanceOf(EngineStartException.class)
        .hasMessageContaining("holds state already");
    assertThat(read(start(store, 8), 3).amounts()).containsExactly(5L);
  }

  @Test
  void aRestoreThatFailedHalfWayIsTriedAgainWithAnother() throws Exception {
    StateFunEngine first = start(store, 8);
    send(first, 3, new Add(5));
    Savepoint early = first.savepoint(PATIENCE).get();
    send(first, 3, new Add(6));
    Savepoint late = first.savepoint(PATIENCE).get();
    SnapshotStore other = new InMemorySnapshotStore();
    StateFunEngine failing = engine(new WithoutEpochs(other), 5);
    assertThatThrownBy(() -> failing.restore(store, early, true))
        .hasMessageContaining("not at the moment");

    engine(other, 5).restore(store, late, true);

    assertThat(read(start(other, 5), 3).amounts()).containsExactly(5L, 6L);
  }

  /** A store that takes everything but epochs. */
  private record WithoutEpochs(SnapshotStore store) implements SnapshotStore {

    @Override
    public boolean create(String name, Content content) throws IOException {
      if (name.startsWith("epochs/")) {
        throw new IOException("not at the moment");
      }
      return store.create(name, content);
    }

    @Override
    public long size(String name) throws IOException {
      return store.size(name);
    }

    @Override
    public byte[] read(String name, long offset, int length) throws IOException {
      return store.read(name, offset, length);
    }

    @Override
    public List<String> list(String prefix) throws IOException {
      return store.list(prefix);
    }

    @Override
    public void delete(String name) throws IOException {
      store.delete(name);
    }

    @Override
    public void close() {}
  }

  @Test
  void savepointsFollowUponEachOther() throws Exception {
    StateFunEngine engine = start(store, 8);

    Savepoint first = engine.savepoint(PATIENCE).get();
    send(engine, 3, new Add(5));
    Savepoint second = engine.savepoint(PATIENCE).get();

    assertThat(second.number()).isGreaterThan(first.number());
    assertThat(new SavepointStore(store).list()).containsExactly(first, second);
  }

  private static void send(StateFunEngine engine, int cell, Object message) {
    engine.send(address(cell), message).join();
  }

  private static Content read(StateFunEngine engine, int cell) {
    return engine.request(address(cell), new Read(), Content.class).join();
  }

  private static Address address(int cell) {
    return Address.of(TypeName.parse("test/cell"), "cell-" + cell);
  }

  private StateFunEngine start(SnapshotStore from, int partitions) throws IOException {
    StateFunEngine engine = engine(from, partitions);
    engine.start();
    return engine;
  }

  private StateFunEngine engine(SnapshotStore from, int partitions) {
    StateFunEngine engine =
        StateFunEngine.builder("test")
            .partitions(partitions)
            .workers(2)
            .snapshotStore(from)
            .stateBackend(application -> new HeapBackend())
            .function(new Cell())
            .egress("test/out", egress())
            .build();
    engines.add(engine);
    return engine;
  }

  private Egress egress() {
    return batch -> {
      if (receiverSulks) {
        return CompletableFuture.failedFuture(new IOException("not now"));
      }
      batch.forEach(delivery -> out.add(delivery.value().as(TYPES.forClass(String.class))));
      return CompletableFuture.completedFuture(null);
    };
  }
}
