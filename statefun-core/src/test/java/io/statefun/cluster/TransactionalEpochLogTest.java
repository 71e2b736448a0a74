/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.statefun.io.Egress;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.snapshot.EpochObjects;
import io.statefun.snapshot.EpochReader;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.FencedException;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TransactionalEpochLogTest {

  private final SnapshotStore store = new InMemorySnapshotStore();
  private final FakeLog log = new FakeLog();
  private final TransactionalEpochLog first = newLog();

  @Test
  void historyIsWhatTransactionsHaveNamedFromTheOldestToTheNewest() throws Exception {
    commit(first, 1);
    commit(first, 2);

    assertThat(history(newLog())).containsExactly(1L, 2L);
  }

  @Test
  void recordsAndPositionsAreCommittedWithTheReference() throws Exception {
    EpochOutput output = new EpochOutput(List.of(record("a")), List.of());

    first.commit(1, content(), List.of(), output);

    assertThat(log.taken).containsExactly("a");
    assertThat(log.reference).startsWith("1:1:");
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
    EpochOutput output = new EpochOutput(List.of(record("a")), List.of());
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> first.commit(1, content(), List.of(), output));
    log.failureAfter = null;

    first.commit(1, content(), List.of(), output);

    assertThat(log.taken).containsExactly("a");
    assertThat(log.resets).isPositive();
  }

  @Test
  void aTransactionThatWasGivenUpIsRepeatedAsItWas() throws Exception {
    log.failure = new TransactionLog.AbortedException("the group is rebalancing", null);
    EpochOutput output = new EpochOutput(List.of(record("a")), List.of());
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> first.commit(1, content(), List.of(), output));
    log.failure = null;

    first.commit(1, content(), List.of(), output);

    assertThat(log.taken).containsExactly("a");
    assertThat(store.list(EpochObjects.FOLDER)).hasSize(1);
  }

  @Test
  void afterRecordsWereRefusedTheEpochIsCommittedUnderAnotherName() throws Exception {
    log.refused = true;
    EpochOutput output = new EpochOutput(List.of(record("too large")), List.of());
    assertThatExceptionOfType(RefusedRecordsException.class)
        .isThrownBy(() -> first.commit(1, content(), List.of(), output));
    log.refused = false;

    commit(first, 1);
    commit(first, 2);

    assertThat(store.list(EpochObjects.FOLDER)).hasSize(3);
    assertThat(history(newLog())).containsExactly(1L, 2L);
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
        .isThrownBy(() -> newLog().open())
        .withMessageContaining("is missing in the snapshot store, though it was committed");
  }

  @Test
  void epochsWithoutAReferenceStopTheStart() throws Exception {
    commit(first, 1);
    commit(first, 2);
    log.reference = null;

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> newLog().open())
        .withMessageContaining("no longer says which of them is committed");
  }

  @Test
  void aFirstEpochThatWasNeverCommittedDoesNotStopTheStart() throws Exception {
    log.failure = new IOException("died before the commit");
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> commit(first, 1));
    log.failure = null;

    assertThat(newLog().open()).isEmpty();
  }

  @Test
  void aReferenceOfANewerVersionStopsTheStart() {
    log.reference = "2:whatever";

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> newLog().open())
        .withMessageContaining("newer version");
  }

  @Test
  void aStoreWhoseEpochsALogHasCommittedIsNotUsedWithoutIt() throws Exception {
    commit(first, 1);

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> new StoreEpochLog(store, UUID.randomUUID()).open())
        .withMessageContaining("Configure that log");
  }

  private TransactionalEpochLog newLog() {
    return new TransactionalEpochLog(store, log, UUID.randomUUID(), FaultPoint.Listener.NONE);
  }

  private static List<Long> history(EpochLog log) throws IOException {
    return log.open().stream().map(EpochReader::epoch).toList();
  }

  private static void commit(EpochLog log, long epoch) throws Exception {
    log.commit(epoch, content(), List.of(), EpochOutput.NOTHING);
  }

  private static EpochWriter content() {
    EpochWriter content = new EpochWriter();
    content.begin();
    return content;
  }

  private static Egress.Delivery record(String text) {
    TypedValue value = TypedValue.ofBytes(TypeName.of("test", "text"), new byte[0]);
    return new Egress.Delivery(TypeName.of("test", "out"), text, value, null, Map.of());
  }

  /** Does what it is told. */
  private static final class FakeLog implements TransactionLog {

    private final List<String> taken = new ArrayList<>();
    private @Nullable String reference;
    private @Nullable IOException failure;
    private @Nullable IOException failureAfter;
    private boolean refused;
    private int resets;

    @Override
    public @Nullable String reference() {
      return reference;
    }

    @Override
    public void commit(String newReference, EpochOutput output)
        throws IOException, RefusedRecordsException {
      if (failure != null) {
        throw failure;
      }
      if (refused) {
        throw new RefusedRecordsException(Map.of(0, new IOException("too large")));
      }
      output.records().forEach(one -> taken.add(one.id()));
      reference = newReference;
      if (failureAfter != null) {
        throw failureAfter;
      }
    }

    @Override
    public void reset() {
      resets++;
    }
  }
}
