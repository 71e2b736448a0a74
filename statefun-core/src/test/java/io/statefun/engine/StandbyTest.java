/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.statefun.cluster.MessageLog;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochObjects;
import io.statefun.snapshot.EpochReaders;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SectionSummary;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.HeapBackend;
import io.statefun.state.StateBackend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StandbyTest {

  private static final UUID WRITER = new UUID(1, 2);
  private static final int PARTITIONS = 4;

  private final BlockingStore store = new BlockingStore();
  private final Map<Integer, String> references = new HashMap<>();
  private final HeapBackend backend = new HeapBackend(512);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Instant now = Instant.EPOCH;
  private @Nullable IOException logFailure;
  private final Standby standby =
      new Standby(
          () -> {
            if (logFailure != null) {
              throw logFailure;
            }
            return references;
          },
          new EpochReaders(store),
          new BaseStore(store),
          backend,
          PARTITIONS,
          () -> now,
          Duration.ofSeconds(1));

  @AfterEach
  void close() {
    threads.shutdownNow();
  }

  @Test
  void bringsWhatIsCommittedIntoTheBackendEpochByEpoch() throws Exception {
    standby.keep(Set.of(1), Set.of());
    commit(1, needs(1, 0), "a", "1");
    commit(2, needs(1, 0), "b", "2");
    goOn();
    assertThat(backend.open(1).epoch()).isEqualTo(2);
    assertThat(value(1, "a")).isEqualTo("1");

    commit(3, needs(1, 0), "a", "3");
    goOn();
    assertThat(backend.open(1).epoch()).isEqualTo(3);
    assertThat(value(1, "a")).isEqualTo("3");
    assertThat(value(1, "b")).isEqualTo("2");
    assertThat(standby.copies()).containsExactly(Map.entry(1, new MessageLog.Copy(3, true)));
    assertThat(standby.status()).isEqualTo(new EngineStatus.Standby(1, 1, 0, 0, 0));
  }

  @Test
  void aCopyIsCurrentAsSoonAsItHasWhatWasCommittedAMomentAgo() throws Exception {
    standby.keep(Set.of(1, 2), Set.of());
    commit(1, needs(1, 0), "a", "1");
    assertThat(standby.copies()).isEmpty();
    goOn();

    assertThat(standby.copies())
        .containsOnly(
            Map.entry(1, new MessageLog.Copy(1, true)), Map.entry(2, new MessageLog.Copy(0, true)));
  }

  @Test
  void aCopyThatTookLongIsCurrentOnlyWhenWhatCameMeanwhileIsThereToo() throws Exception {
    standby.keep(Set.of(1), Set.of());
    commit(1, needs(1, 0), "a", "1");
    store.delay = Duration.ofSeconds(60);
    lookAndCopy();
    assertThat(standby.copies()).containsOnly(Map.entry(1, new MessageLog.Copy(1, false)));

    store.delay = Duration.ZERO;
    commit(2, needs(1, 0), "a", "2");
    lookAndCopy();
    assertThat(standby.copies()).containsOnly(Map.entry(1, new MessageLog.Copy(2, true)));
  }

  @Test
  void aCopyIsCurrentIfItHasCaughtUpTwiceHoweverLongThatTakes() throws Exception {
    standby.keep(Set.of(1), Set.of());
    store.delay = Duration.ofSeconds(60);
    commit(1, needs(1, 0), "a", "1");
    lookAndCopy();
    commit(2, needs(1, 0), "a", "2");
    lookAndCopy();

    assertThat(standby.copies()).containsOnly(Map.entry(1, new MessageLog.Copy(2, true)));
  }

  @Test
  void aCopyThatCannotBeFollowedIsNotCurrent() throws Exception {
    standby.keep(Set.of(1), Set.of());
    commit(1, needs(1, 0), "a", "1");
    goOn();
    logFailure = new IOException("the log is away");
    goOn();

    assertThat(standby.copies()).containsOnly(Map.entry(1, new MessageLog.Copy(1, false)));
  }

  @Test
  void aCopyThatIsNoLongerKeptIsNotCurrentAndAPartitionThatTheNodeHasIs() throws Exception {
    standby.keep(Set.of(1), Set.of());
    commit(1, needs(1, 0), "a", "1");
    goOn();
    standby.keep(Set.of(), Set.of());
    assertThat(standby.copies()).containsOnly(Map.entry(1, new MessageLog.Copy(1, false)));

    standby.take(Set.of(1));
    assertThat(standby.copies()).containsOnly(Map.entry(1, new MessageLog.Copy(1, true)));
    standby.giveBack(Set.of(1));
    assertThat(standby.copies()).containsOnly(Map.entry(1, new MessageLog.Copy(1, false)));
  }

  @Test
  void whatIsToComeIsCopiedFirst() throws Exception {
    standby.keep(Set.of(0, 1, 2), Set.of(1));
    commit(1, needs(1, 0), "a", "1");
    lookAndCopy();

    assertThat(standby.copies()).containsOnlyKeys(1);
  }

  @Test
  void theStatusTellsWhatIsToComeUntilTheNodeHasIt() {
    standby.keep(Set.of(0, 1, 2), Set.of(1, 2));
    assertThat(standby.status().warmingUp()).isEqualTo(2);

    standby.expect(Set.of(1, 3));
    standby.keep(Set.of(0, 2), Set.of(2));
    assertThat(standby.status().warmingUp()).isEqualTo(3);

    standby.take(Set.of(1, 3));
    standby.arrived(Set.of(1, 3));
    assertThat(standby.status().warmingUp()).isEqualTo(1);
  }

  @Test
  void whatGoesBeforeTheNodeHasItIsNotToComeAnyLonger() {
    standby.expect(Set.of(1, 2, 3));
    standby.giveBack(Set.of(1));
    assertThat(standby.status().warmingUp()).isEqualTo(2);

    standby.giveBackAll();
    assertThat(standby.status().warmingUp()).isZero();
  }

  @Test
  void whatIsNotCommittedIsNotCopied() throws Exception {
    standby.keep(Set.of(1), Set.of());
    commit(1, needs(1, 0), "a", "1");
    write(2, needs(1, 0), "a", "2");
    goOn();

    assertThat(backend.open(1).epoch()).isEqualTo(1);
    assertThat(value(1, "a")).isEqualTo("1");
  }

  @Test
  void partitionsOfWhichNoCopyIsToBeKeptAreLeftAlone() throws Exception {
    standby.keep(Set.of(2), Set.of());
    commit(1, needs(1, 0), "a", "1");
    goOn();

    assertThat(backend.open(1).epoch()).isZero();
    assertThat(standby.status().copies()).isEqualTo(1);
  }

  @Test
  void aCopyThatIsBehindWhatIsStillThereBeginsAnewWithTheNewestBase() throws Exception {
    standby.keep(Set.of(1), Set.of());
    commit(1, needs(1, 0), "gone", "1");
    goOn();
    commit(2, needs(1, 0), "b", "2");
    base(1, 2, "b", "2");
    store.delete(EpochObjects.name(new EpochId(1, WRITER)));
    store.delete(EpochObjects.name(new EpochId(2, WRITER)));
    commit(3, needs(3, 2), "c", "3");
    goOn();

    assertThat(backend.open(1).epoch()).isEqualTo(3);
    assertThat(value(1, "gone")).isNull();
    assertThat(value(1, "b")).isEqualTo("2");
    assertThat(value(1, "c")).isEqualTo("3");
  }

  @Test
  void aCopyMayBeWrittenOfAnEpochThatIsMissingAndChangedNothing() throws Exception {
    standby.keep(Set.of(1), Set.of());
    commit(1, needs(1, 0), "a", "1");
    goOn();
    commit(5, new EpochHeader.Need(1, 1, List.of()), "a", "5");
    goOn();

    assertThat(backend.open(1).epoch()).isEqualTo(5);
    assertThat(value(1, "a")).isEqualTo("5");
  }

  @Test
  void thePartitionsThatAreToComeAreFetchedThoughNoCopyOfThemIsKept() throws Exception {
    commit(1, needs(1, 0), "a", "1");

    standby.fetch(Set.of(0, 1), Runnable::run).join();

    assertThat(backend.open(1).epoch()).isEqualTo(1);
    assertThat(value(1, "a")).isEqualTo("1");
    assertThat(backend.open(0).epoch()).isZero();
    assertThat(standby.status().copies()).isZero();
  }

  @Test
  void aFetchThatCannotBeDoneEndsAndLeavesItToWhoTakesThePartition() throws Exception {
    commit(1, needs(1, 0), "a", "1");
    logFailure = new IOException("the log is away");

    standby.fetch(Set.of(1), Runnable::run).join();

    assertThat(backend.open(1).epoch()).isZero();
  }

  @Test
  void nothingIsFetchedOfAPartitionThatTheNodeHas() throws Exception {
    standby.take(Set.of(1));
    commit(1, needs(1, 0), "a", "1");

    standby.fetch(Set.of(1), Runnable::run).join();

    assertThat(backend.open(1).epoch()).isZero();
  }

  @Test
  void nothingIsWrittenOfAPartitionThatTheNodeHasUntilItGivesItBack() throws Exception {
    standby.keep(Set.of(1), Set.of());
    standby.take(Set.of(1));
    commit(1, needs(1, 0), "a", "1");
    goOn();
    assertThat(backend.open(1).epoch()).isZero();
    assertThat(standby.status().copies()).isZero();

    standby.giveBack(Set.of(1));
    goOn();
    assertThat(backend.open(1).epoch()).isEqualTo(1);
  }

  @Test
  void whoTakesAPartitionWaitsUntilTheWriteThatIsUnderWayIsDone() throws Exception {
    standby.keep(Set.of(1), Set.of());
    commit(1, needs(1, 0), "a", "1");
    CountDownLatch released = new CountDownLatch(1);
    store.gate = released;
    Future<?> copying = threads.submit(this::goOn);
    await().until(() -> store.waiting);
    Future<?> taking = threads.submit(() -> standby.take(Set.of(1)));
    assertThatCode(() -> standby.take(Set.of(0))).doesNotThrowAnyException();
    assertThat(taking.isDone()).isFalse();

    released.countDown();
    taking.get();
    copying.get();
    assertThat(backend.open(1).epoch()).isEqualTo(1);
  }

  @Test
  void aLogOrStoreThatFailsIsAskedAgainAfterAPause() throws Exception {
    standby.keep(Set.of(1), Set.of());
    commit(1, needs(1, 0), "a", "1");
    logFailure = new IOException("the log is away");
    goOn();
    assertThat(standby.status().failures()).isPositive();
    assertThat(backend.open(1).epoch()).isZero();

    logFailure = null;
    now = now.plusSeconds(60);
    goOn();
    assertThat(standby.status().failures()).isZero();
    assertThat(backend.open(1).epoch()).isEqualTo(1);
  }

  @Test
  void whatIsLeftOfAPartitionThatNobodyUsesHereIsRemovedAfterAWhile() throws Exception {
    standby.keep(Set.of(1), Set.of());
    commit(1, needs(1, 0), "a", "1");
    goOn();
    standby.keep(Set.of(), Set.of());
    now = now.plusSeconds(60);
    goOn();
    now = now.plusSeconds(9 * 60);
    goOn();
    assertThat(backend.open(1).epoch()).isEqualTo(1);

    now = now.plusSeconds(2 * 60);
    goOn();
    assertThat(backend.open(1).epoch()).isZero();
  }

  @Test
  void whatTheNodeHasIsNotRemovedHoweverLongNothingIsKept() throws Exception {
    standby.keep(Set.of(1), Set.of());
    commit(1, needs(1, 0), "a", "1");
    goOn();
    standby.keep(Set.of(), Set.of());
    standby.take(Set.of(1));
    for (int minute = 0; minute < 30; minute++) {
      now = now.plusSeconds(60);
      goOn();
    }

    assertThat(backend.open(1).epoch()).isEqualTo(1);
  }

  @Test
  void anEpochOfANewerVersionIsLeftToTheNodesOfThatVersion() throws Exception {
    standby.keep(Set.of(1), Set.of());
    references.put(1, "2:whatever");

    goOn();

    assertThat(standby.status().failures()).isPositive();
  }

  /** Has everything done that is to be done by the next look. */
  private void goOn() {
    now = now.plusSeconds(1);
    while (standby.step()) {
      assertThat(backend.open(3).epoch()).isZero();
    }
  }

  /** Has it look for what is committed, and one copy brought up to that. */
  private void lookAndCopy() {
    now = now.plusSeconds(1);
    assertThat(standby.step()).isTrue();
    assertThat(standby.step()).isTrue();
  }

  private static EpochHeader.Need needs(long first, long base) {
    return new EpochHeader.Need(1, base, List.of(new EpochId(first, WRITER)));
  }

  private void commit(long epoch, EpochHeader.Need need, String key, String value)
      throws IOException {
    write(epoch, need, key, value);
    references.put(1, "1:" + epoch + ":" + WRITER);
  }

  private void write(long epoch, EpochHeader.Need need, String key, String value)
      throws IOException {
    EpochWriter content = new EpochWriter();
    content.begin();
    content.beginSection(1, new SectionSummary(true, Map.of()));
    content.put(bytes(key), bytes(value));
    EpochId previous = epoch == 1 ? EpochId.NONE : new EpochId(epoch - 1, WRITER);
    EpochId id = new EpochId(epoch, WRITER);
    EpochHeader header = new EpochHeader(id, previous, Map.of(), List.of(need));
    assertThat(EpochObjects.create(store, EpochObjects.name(id), header, content)).isTrue();
  }

  private void base(int partition, long epoch, String key, String value) throws IOException {
    StateBackend.PartitionStore state = new HeapBackend(512).open(partition);
    try (StateBackend.Batch batch = state.newBatch()) {
      batch.put(bytes(key), bytes(value));
      batch.write(epoch);
    }
    StateBackend.Cursor content = state.scan(new byte[] {1}, new byte[] {(byte) 0xfe});
    try (BaseStore.Writer writer = new BaseStore(store).write(partition, epoch, "test", content)) {
      assertThat(writer.writePart()).isFalse();
      writer.writeManifest();
    }
  }

  private @Nullable String value(int partition, String key) {
    byte[] value = backend.open(partition).get(bytes(key));
    return value == null ? null : new String(value, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Lets a test hold up whoever reads, and have it take long. */
  private final class BlockingStore implements SnapshotStore {

    private final SnapshotStore objects = new InMemorySnapshotStore();
    volatile @Nullable CountDownLatch gate;
    volatile boolean waiting;
    Duration delay = Duration.ZERO;

    @Override
    public byte[] read(String name, long offset, int length) throws IOException {
      now = now.plus(delay);
      CountDownLatch closed = gate;
      if (closed != null) {
        waiting = true;
        try {
          closed.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      return objects.read(name, offset, length);
    }

    @Override
    public boolean create(String name, Content content) throws IOException {
      return objects.create(name, content);
    }

    @Override
    public long size(String name) throws IOException {
      return objects.size(name);
    }

    @Override
    public List<String> list(String prefix) throws IOException {
      return objects.list(prefix);
    }

    @Override
    public void delete(String name) throws IOException {
      objects.delete(name);
    }

    @Override
    public void close() throws IOException {
      objects.close();
    }
  }
}
