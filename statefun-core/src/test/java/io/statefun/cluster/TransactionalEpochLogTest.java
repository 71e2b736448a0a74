/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.statefun.io.Egress;
import io.statefun.io.RefusedRecordsException;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochObjects;
import io.statefun.snapshot.EpochReader;
import io.statefun.snapshot.EpochReaders;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.FencedException;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.wire.NewerFormatException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TransactionalEpochLogTest {

  private static final Set<Integer> PARTITIONS = Set.of(0, 1);
  private static final List<EpochHeader.Need> NEEDS = needs(0, 1);

  private final SnapshotStore store = new InMemorySnapshotStore();
  private final FakeLog log = new FakeLog();
  private Instant now = Instant.EPOCH;
  private final TransactionalEpochLog first = newLog();

  @Test
  void historyIsWhatTransactionsHaveNamedFromTheOldestToTheNewest() throws Exception {
    commit(first, 1);
    commit(first, 2);

    assertThat(history(newLog())).containsExactly(1L, 2L);
  }

  @Test
  void whatTheNewestEpochDoesNotNeedIsNoPartOfTheHistoryThoughItIsStillThere() throws Exception {
    commit(first, 1);
    commit(first, 2);
    commit(first, 3);
    first.commit(4, content(), needsFrom(3, 0, 1), EpochOutput.NOTHING);
    assertThat(history(newLog())).containsExactly(3L, 4L);

    List<EpochHeader.Need> newestOnly =
        Stream.of(0, 1).map(partition -> new EpochHeader.Need(partition, 4, List.of())).toList();
    first.commit(5, content(), newestOnly, EpochOutput.NOTHING);
    assertThat(history(newLog())).containsExactly(5L);
  }

  @Test
  void recordsAndPositionsAreCommittedWithTheReference() throws Exception {
    EpochOutput output = output(record("a"));

    first.commit(1, content(), NEEDS, output);

    assertThat(log.taken).containsExactly("a");
    assertThat(log.references.get(0)).startsWith("1:1:");
  }

  @Test
  void anObjectThatNoTransactionHasNamedIsNoPartOfTheHistory() throws Exception {
    commit(first, 1);
    log.failure = new IOException("died before the commit");
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> commit(first, 2));
    log.failure = null;

    TransactionalEpochLog second = newLog();
    assertThat(history(second)).containsExactly(1L);
    commit(second, 2);
    assertThat(history(newLog())).containsExactly(1L, 2L);
  }

  @Test
  void aCommitWhoseAnswerWasLostIsFoundAndNotRepeated() throws Exception {
    log.failureAfter = new IOException("the answer is lost");
    EpochOutput output = output(record("a"));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> first.commit(1, content(), NEEDS, output));
    log.failureAfter = null;

    first.commit(1, content(), NEEDS, output);

    assertThat(log.taken).containsExactly("a");
    assertThat(log.resets).isPositive();
  }

  @Test
  void aTransactionThatWasGivenUpIsRepeatedAsItWas() throws Exception {
    log.failure = new TransactionLog.AbortedException("the group is rebalancing", null);
    EpochOutput output = output(record("a"));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> first.commit(1, content(), NEEDS, output));
    log.failure = null;

    first.commit(1, content(), NEEDS, output);

    assertThat(log.taken).containsExactly("a");
    assertThat(store.list(EpochObjects.FOLDER)).hasSize(1);
  }

  @Test
  void afterRecordsWereRefusedTheEpochIsCommittedUnderAnotherName() throws Exception {
    log.refused = true;
    EpochOutput output = output(record("too large"));
    assertThatExceptionOfType(RefusedRecordsException.class)
        .isThrownBy(() -> first.commit(1, content(), NEEDS, output));
    log.refused = false;

    commit(first, 1);
    commit(first, 2);

    assertThat(store.list(EpochObjects.FOLDER)).hasSize(3);
    assertThat(history(newLog())).containsExactly(1L, 2L);
  }

  @Test
  void aTransactionIsPreparedWhileTheObjectIsWrittenAndCommittedAfterwards() throws Exception {
    FailingStore watched = new FailingStore(store, log);

    commit(newLog(watched), 1);

    assertThat(watched.openTransactions).containsExactly(true);
    assertThat(log.references.get(0)).startsWith("1:1:");
  }

  @Test
  void aTransactionWhoseObjectCannotBeWrittenIsGivenUp() {
    FailingStore failing = new FailingStore(store, log);
    failing.fails = true;

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> commit(newLog(failing), 1))
        .withMessage("the store is away");
    assertThat(log.aborts).isEqualTo(1);
    assertThat(log.references).isEmpty();
  }

  @Test
  void noTransactionIsOpenWhileAStoreThatHasFailedIsWaitedFor() throws Exception {
    FailingStore failing = new FailingStore(store, log);
    TransactionalEpochLog epochs = newLog(failing);
    failing.fails = true;
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> commit(epochs, 1));
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> commit(epochs, 1));
    failing.fails = false;

    commit(epochs, 1);
    commit(epochs, 2);

    assertThat(failing.openTransactions).containsExactly(true, false, false, true);
    assertThat(history(newLog())).containsExactly(1L, 2L);
  }

  @Test
  void aTransactionOfWhichItIsNotKnownThatItWasGivenUpIsEndedFirst() throws Exception {
    FailingStore failing = new FailingStore(store, log);
    TransactionalEpochLog epochs = newLog(failing);
    failing.fails = true;
    log.failure = new IOException("no answer");
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> commit(epochs, 1));
    failing.fails = false;
    log.failure = null;

    commit(epochs, 1);

    assertThat(log.resets).isEqualTo(1);
    assertThat(history(newLog())).containsExactly(1L);
  }

  @Test
  void whoDoesNotKnowOfTheNewestCommitIsFenced() throws Exception {
    commit(first, 1);
    TransactionalEpochLog second = newLog();
    assertThat(history(second)).containsExactly(1L);
    commit(second, 2);
    log.failure = new IOException("not known");
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> commit(first, 2));
    log.failure = null;

    assertThatExceptionOfType(FencedException.class).isThrownBy(() -> commit(first, 2));
  }

  @Test
  void aCommittedObjectThatIsMissingStopsTheStart() throws Exception {
    commit(first, 1);
    for (String name : store.list(EpochObjects.FOLDER)) {
      store.delete(name);
    }

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> newLog().open(PARTITIONS))
        .withMessageContaining("is missing in the snapshot store, though it was committed");
  }

  @Test
  void epochsWithoutAReferenceStopTheStart() throws Exception {
    commit(first, 1);
    commit(first, 2);
    log.references = Map.of();

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> newLog().open(PARTITIONS))
        .withMessageContaining("no longer says which of them is committed");
  }

  @Test
  void aLogThatHasLostCommitsStopsTheStart() throws Exception {
    commit(first, 1);
    Map<Integer, String> lost = log.references;
    commit(first, 2);
    commit(first, 3);
    log.references = lost;

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> newLog().open(PARTITIONS))
        .withMessageContaining("the log has lost commits");
  }

  @Test
  void anEpochThatIsMadeDurableAndNotCommittedDoesNotStopTheStart() throws Exception {
    commit(first, 1);
    commit(first, 2);
    log.failure = new IOException("died before the commit");
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> commit(first, 3));
    log.failure = null;

    assertThat(history(newLog())).containsExactly(1L, 2L);
  }

  @Test
  void aFirstEpochThatWasNeverCommittedDoesNotStopTheStart() throws Exception {
    log.failure = new IOException("died before the commit");
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> commit(first, 1));
    log.failure = null;

    assertThat(newLog().open(PARTITIONS).epochs()).isEmpty();
  }

  @Test
  void aReferenceOfANewerVersionStopsTheStart() {
    log.references = Map.of(0, "2:whatever");

    assertThatExceptionOfType(NewerFormatException.class)
        .isThrownBy(() -> newLog().open(PARTITIONS))
        .withMessageContaining("newer version")
        .withMessageContaining("format 2")
        .withMessageContaining("'2:whatever'");
  }

  @Test
  void whatIsNoReferenceStopsTheStart() {
    for (String text : List.of("", "whatever", "1:x", "0:1:x", "1:1:x")) {
      log.references = Map.of(0, text);

      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> newLog().open(PARTITIONS))
          .withMessageContaining("which is no name");
    }
  }

  @Test
  void aNodeGoesOnAndDeletesNothingWhileOthersHaveANewerVersion() throws Exception {
    commit(first, 1);
    commit(first, 2);
    log.references = new HashMap<>(log.references);
    log.references.put(7, "2:whatever");
    List<String> objects = store.list("");

    first.collect(NEEDS, FaultPoint.Listener.NONE);

    assertThat(store.list("")).isEqualTo(objects);
  }

  @Test
  void theFirstEpochsOfAProcessStayWhileTheLogTellsOfThoseOfAnotherOne() throws Exception {
    commit(first, 1);
    Map<Integer, String> before = log.references;
    TransactionalEpochLog second = newLog();
    second.open(PARTITIONS);
    commit(second, 2);
    commit(second, 3);
    List<String> objects = store.list("");
    Map<Integer, String> now = log.references;
    log.references = before;

    second.collect(NEEDS, FaultPoint.Listener.NONE);

    log.references = now;
    assertThat(store.list("")).isEqualTo(objects);
  }

  @Test
  void aStoreWhoseEpochsALogHasCommittedIsNotUsedWithoutIt() throws Exception {
    commit(first, 1);

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> new StoreEpochLog(store, UUID.randomUUID()).open(PARTITIONS))
        .withMessageContaining("Configure that log");
  }

  @Test
  void aPartitionThatCameFromAnotherNodeHasTheEpochsOfBoth() throws Exception {
    first.commit(1, content(), needs(0), EpochOutput.NOTHING);
    first.commit(2, content(), needs(0), EpochOutput.NOTHING);
    TransactionalEpochLog second = newLog();
    assertThat(second.open(Set.of(1)).epochs()).isEmpty();
    second.commit(7, content(), needs(1), EpochOutput.NOTHING);

    assertThat(epochs(second.open(Set.of(0)), 0)).containsExactly(1L, 2L);
    second.commit(8, content(), needs(0, 1), EpochOutput.NOTHING);
    second.commit(9, content(), needs(0, 1), EpochOutput.NOTHING);

    History history = newLog().open(PARTITIONS);
    assertThat(epochs(history, 0)).containsExactly(1L, 2L, 8L, 9L);
    assertThat(epochs(history, 1)).containsExactly(7L, 8L, 9L);
    assertThat(history.epochs()).hasSize(5);
  }

  @Test
  void epochsOfTwoNodesMayHaveTheSameNumber() throws Exception {
    TransactionalEpochLog second = newLog();
    first.commit(1, content(), needs(0), EpochOutput.NOTHING);
    second.commit(1, content(), needs(1), EpochOutput.NOTHING);

    History history = newLog().open(PARTITIONS);
    assertThat(history.newest(0)).isEqualTo(1);
    assertThat(history.newest(1)).isEqualTo(1);
    assertThat(history.epochs()).hasSize(2);
  }

  @Test
  void whoHasLostOneOfItsPartitionsIsFenced() throws Exception {
    commit(first, 1);
    TransactionalEpochLog second = newLog();
    second.open(Set.of(1));
    second.commit(2, content(), needs(1), EpochOutput.NOTHING);
    log.failure = new IOException("not known");
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> commit(first, 2));
    log.failure = null;

    assertThatExceptionOfType(FencedException.class).isThrownBy(() -> commit(first, 2));
  }

  private static List<Long> epochs(History history, int partition) {
    return history.of(partition).stream().map(EpochReader::epoch).toList();
  }

  /** Partitions that need every epoch from the first on. */
  private static List<EpochHeader.Need> needs(Integer... partitions) {
    return needsFrom(1, partitions);
  }

  private static List<EpochHeader.Need> needsFrom(long first, Integer... partitions) {
    List<EpochId> firsts = List.of(new EpochId(first, EpochId.NONE.writer()));
    return Stream.of(partitions)
        .map(partition -> new EpochHeader.Need(partition, 0, firsts))
        .toList();
  }

  private TransactionalEpochLog newLog() {
    return newLog(store);
  }

  private TransactionalEpochLog newLog(SnapshotStore objects) {
    return new TransactionalEpochLog(
        objects,
        new EpochReaders(objects),
        log,
        UUID.randomUUID(),
        FaultPoint.Listener.NONE,
        () -> now);
  }

  private static List<Long> history(EpochLog log) throws IOException {
    return log.open(PARTITIONS).epochs().stream().map(EpochReader::epoch).toList();
  }

  private static void commit(EpochLog log, long epoch) throws Exception {
    log.commit(epoch, content(), NEEDS, EpochOutput.NOTHING);
  }

  private static EpochWriter content() {
    EpochWriter content = new EpochWriter();
    content.begin();
    return content;
  }

  private static EpochOutput output(Egress.Delivery record) {
    return new EpochOutput(List.of(record), List.of(), List.of(), Map.of());
  }

  private static Egress.Delivery record(String text) {
    TypedValue value = TypedValue.ofBytes(TypeName.of("test", "text"), new byte[0]);
    return new Egress.Delivery(TypeName.of("test", "out"), text, value, null, Map.of());
  }

  /** Does what it is told. */
  private static final class FakeLog implements TransactionLog {

    private final List<String> taken = new ArrayList<>();
    private Map<Integer, String> references = Map.of();
    private @Nullable IOException failure;
    private @Nullable IOException failureAfter;
    private EpochOutput output = EpochOutput.NOTHING;
    private @Nullable Map<Integer, String> open;
    private boolean refused;
    private int resets;
    private int aborts;

    @Override
    public Map<Integer, String> references(Set<Integer> partitions) {
      return references.entrySet().stream()
          .filter(entry -> partitions.contains(entry.getKey()))
          .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Override
    public Map<Integer, String> committedReferences() {
      return references;
    }

    @Override
    public int largestMessage() {
      return Integer.MAX_VALUE;
    }

    @Override
    public Map<Integer, Long> inboxEnds(Set<Integer> partitions) {
      return Map.of();
    }

    @Override
    public void begin(Map<Integer, String> newReferences, EpochOutput newOutput) {
      assertThat(open).as("open transaction").isNull();
      open = newReferences;
      output = newOutput;
    }

    @Override
    public void commit() throws IOException, RefusedRecordsException {
      Map<Integer, String> named = Objects.requireNonNull(open);
      open = null;
      if (failure != null) {
        throw failure;
      }
      if (refused) {
        throw new RefusedRecordsException(Map.of(0, new IOException("too large")));
      }
      output.records().forEach(one -> taken.add(one.id()));
      references = new HashMap<>(references);
      references.putAll(named);
      if (failureAfter != null) {
        throw failureAfter;
      }
    }

    @Override
    public void abort() throws IOException {
      open = null;
      aborts++;
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    public void reset() {
      open = null;
      resets++;
    }
  }

  /** Fails when it is told to, and tells whether a transaction was open when an object came. */
  private static final class FailingStore implements SnapshotStore {

    private final SnapshotStore store;
    private final FakeLog log;
    private final List<Boolean> openTransactions = new ArrayList<>();
    private boolean fails;

    FailingStore(SnapshotStore store, FakeLog log) {
      this.store = store;
      this.log = log;
    }

    @Override
    public boolean create(String name, Content content) throws IOException {
      openTransactions.add(log.open != null);
      if (fails) {
        throw new IOException("the store is away");
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
}
