/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.cluster.Inbox;
import io.statefun.message.MessageTypes;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.ChunkPool;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SectionSummary;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.HeapBackend;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SavepointCoordinatorTest {

  private static final int PARTITIONS = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final CountingStore objects = new CountingStore();
  private final SavepointStore store = new SavepointStore(objects);
  private final FakeBarrier barrier = new FakeBarrier();
  private final PartitionOwners owners = new PartitionOwners(PARTITIONS);
  private final SavepointWriter writer =
      new SavepointWriter(store, FaultPoint.Listener.NONE, "test");
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final NodeServices node = node();
  private final SavepointCoordinator coordinator = coordinator();

  @BeforeEach
  void begin() throws IOException {
    owners.change(routes(0));
    coordinator.request("mine");
    work(coordinator);
  }

  @Test
  void whenAllPartsAreThereTheSavepointIsComplete() throws IOException {
    addPart(1, 0);
    addPart(1, 1);

    pass(Duration.ofSeconds(3));

    assertThat(store.list()).extracting(Savepoint::number).containsExactly(1L);
    assertThat(store.list().get(0).took()).isBetween(Duration.ZERO, Duration.ofSeconds(3));
    assertThat(node.savepoints().summary().completed()).isEqualTo(1);
  }

  @Test
  void itLooksLessAndLessOften() throws IOException {
    int begun = objects.lists;
    pass(Duration.ofSeconds(3));
    int first = objects.lists;
    pass(Duration.ofSeconds(60));

    assertThat(first - begun).isBetween(3, 5);
    assertThat(objects.lists - first).isBetween(28, 32);
  }

  @Test
  void oneThatWillLackAPartIsTakenAnewAfterAPause() throws IOException {
    writer.passed(1, 1);
    work(writer);

    pass(Duration.ofSeconds(3));

    assertThat(store.isOpen(1)).isFalse();
    assertThat(barrier.asked).as("not at once").isEqualTo(1);
    EngineStatus.FailedSavepoint failure =
        Objects.requireNonNull(node.savepoints().summary().failure());
    assertThat(failure.why()).contains("partition 1 went to another process");
    pass(Duration.ofSeconds(6));
    assertThat(barrier.asked).isEqualTo(2);
    addPart(2, 0);
    addPart(2, 1);
    pass(Duration.ofSeconds(3));
    assertThat(node.savepoints().summary().failure()).isNull();
    assertThat(store.list()).extracting(Savepoint::request).containsExactly("mine");
  }

  @Test
  void onePartOfADeadProcessIsMissedByWhoGetsItsPartition() throws IOException {
    addPart(1, 0);
    writer.came(0, 1);
    work(writer);
    assertThat(store.isOpen(1)).as("the part is there").isTrue();

    writer.came(1, 1);
    work(writer);

    assertThat(store.whyGivenUp(1)).get().asString().contains("partitions [1]");
    assertThat(objects.list(SavepointStore.FOLDER + "content/")).isEmpty();
  }

  @Test
  void aCompleteOneIsMissedByNobody() throws IOException {
    addPart(1, 0);
    addPart(1, 1);
    pass(Duration.ofSeconds(3));

    writer.came(1, 1);
    writer.passed(1, 0);
    work(writer);

    assertThat(store.list()).hasSize(1);
  }

  @Test
  void aLongBacklogHasTimeAndNoMore() throws IOException {
    addPart(1, 0);
    pass(PATIENCE.minusSeconds(30));
    assertThat(store.isOpen(1)).isTrue();

    pass(Duration.ofMinutes(1));

    assertThat(store.whyGivenUp(1)).get().asString().contains("1 of 2 partitions");
  }

  @Test
  void asLongAsPiecesOfAStateComeItGoesOn() throws IOException {
    for (int piece = 0; piece < 10; piece++) {
      put("savepoints/content/00000000000000000001/bases/p00000/piece-" + piece);
      pass(Duration.ofMinutes(4));
    }

    assertThat(store.isOpen(1)).isTrue();
  }

  @Test
  void threeAttemptsAreEnough() throws IOException {
    pass(Duration.ofHours(3));

    assertThat(node.savepoints().summary().failed()).isEqualTo(3);
    assertThat(node.savepoints().summary().completed()).isZero();
  }

  @Test
  void whoCoordinatesNextGivesUpAndRemovesWhatIsLeft() throws IOException {
    addPart(1, 0);
    SavepointCoordinator next = coordinator();

    work(next);

    assertThat(store.isOpen(1)).isFalse();
    assertThat(store.whyGivenUp(1)).contains("its coordinator has left it");
    assertThat(objects.list(SavepointStore.FOLDER + "content/")).isEmpty();
  }

  @Test
  void twoCoordinatorsNeverUseTheSameNumber() throws IOException {
    assertThat(store.begin(1)).isFalse();
    assertThat(store.begin(2)).isTrue();
    SavepointCoordinator other = coordinator();
    other.request("other");

    work(other);

    assertThat(barrier.asked).isEqualTo(3);
  }

  private void pass(Duration time) throws IOException {
    Instant end = now.plus(time);
    while (now.isBefore(end)) {
      long next = Math.min(coordinator.nextWakeUp(), end.toEpochMilli());
      now = Instant.ofEpochMilli(Math.max(next, now.toEpochMilli() + 1));
      work(coordinator);
    }
  }

  private static void work(SavepointCoordinator actor) throws IOException {
    while (actor.step()) {
      // Until nothing is left to do.
    }
  }

  private void work(SavepointWriter actor) throws IOException {
    while (actor.step(now.toEpochMilli())) {
      // Until nothing is left to do.
    }
  }

  private void addPart(long savepoint, int partition) throws IOException {
    EpochWriter rest = new EpochWriter();
    rest.begin();
    rest.beginSection(partition, SectionSummary.NOTHING);
    store.addPart(savepoint, partition, new EpochId(1, new UUID(0, 0)), 100, 0, rest);
  }

  private void put(String name) throws IOException {
    assertThat(objects.create(name, BaseStore.content(new ByteWriter(1).writeByte(1)))).isTrue();
  }

  private SavepointCoordinator coordinator() {
    return new SavepointCoordinator(node, "test", owners, barrier, store, FaultPoint.Listener.NONE);
  }

  private NodeServices node() {
    return new NodeServices(
        () -> now,
        MessageTypes.standard(),
        new FunctionTypes(List.of()),
        Set.of(),
        expression -> {
          throw new IllegalArgumentException(expression);
        },
        EngineLimits.DEFAULT,
        PARTITIONS);
  }

  private static Routes routes(int partition) {
    Partition own =
        new Partition(
            partition,
            new HeapBackend().open(partition),
            Inbox.EMPTY,
            Scratch.inMemory(),
            new ChunkPool(0),
            Set.of(),
            null,
            100,
            1);
    return Routes.none(PARTITIONS).with(List.of(own), Map.of(partition, 0));
  }

  private static final class FakeBarrier implements Barrier {

    private long asked;

    @Override
    public long committed() {
      return 0;
    }

    @Override
    public long epoch() {
      return 1;
    }

    @Override
    public long savepoint() {
      return 0;
    }

    @Override
    public List<Integer> savepointSenders() {
      return List.of();
    }

    @Override
    public long newestSavepoint() {
      return 0;
    }

    @Override
    public void requestSavepoint(long number) {
      asked = number;
    }

    @Override
    public void savepointPassed(long number, int partition) {}

    @Override
    public void savepointRequested(String request) {}

    @Override
    public Routes routes() {
      return Routes.none(PARTITIONS);
    }

    @Override
    public boolean mayHandle(int worker, long epochBytes, long epochRecords, long excessBytes) {
      return true;
    }

    @Override
    public boolean takesInput() {
      return true;
    }

    @Override
    public void changed() {}

    @Override
    public void complete(int worker, EpochPart part) {}
  }

  /** Counts how often it is listed. */
  private static final class CountingStore implements SnapshotStore {

    private final SnapshotStore objects = new InMemorySnapshotStore();
    private int lists;

    @Override
    public boolean create(String name, Content content) throws IOException {
      return objects.create(name, content);
    }

    @Override
    public long size(String name) throws IOException {
      return objects.size(name);
    }

    @Override
    public byte[] read(String name, long offset, int length) throws IOException {
      return objects.read(name, offset, length);
    }

    @Override
    public List<String> list(String prefix) throws IOException {
      lists++;
      return objects.list(prefix);
    }

    @Override
    public void delete(String name) throws IOException {
      objects.delete(name);
    }

    @Override
    public void close() {}
  }
}
