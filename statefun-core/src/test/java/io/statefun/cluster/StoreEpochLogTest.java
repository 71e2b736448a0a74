/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochReader;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.FencedException;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.wire.CorruptDataException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StoreEpochLogTest {

  private static final EpochHeader.Need NEED =
      new EpochHeader.Need(1, 7, List.of(new EpochId(9, new UUID(3, 4))));

  private static final Set<Integer> PARTITIONS = Set.of(0, 1);

  private static final FaultPoint.Listener NO_FAULTS = point -> {};

  private final SnapshotStore store = new InMemorySnapshotStore();
  private final StoreEpochLog first = new StoreEpochLog(store, UUID.randomUUID());

  @Test
  void historyIsReadFromTheOldestToTheNewest() throws IOException {
    commit(first, 1);
    commit(first, 2);

    assertThat(history(newLog())).containsExactly(1L, 2L);
  }

  @Test
  void epochThatAnotherProcessCommittedIsRefused() throws IOException {
    StoreEpochLog second = newLog();
    commit(first, 1);

    assertThatExceptionOfType(FencedException.class).isThrownBy(() -> commit(second, 1));
  }

  @Test
  void attemptThatSucceededWithoutTellingIsFound() throws IOException {
    commit(first, 1);

    commit(first, 1);

    assertThat(history(newLog())).containsExactly(1L);
  }

  @Test
  void processThatWasReplacedIsFencedThoughItsNumberIsFreeAgain() throws IOException {
    commit(first, 1);
    StoreEpochLog second = openedLog();
    commit(second, 2);
    commit(second, 3);
    second.collect(List.of(), NO_FAULTS);

    assertThatExceptionOfType(FencedException.class).isThrownBy(() -> commit(first, 2));
  }

  @Test
  void processThatWasReplacedIsFencedWhereverTheDeletionOfOldEpochsEnded() throws IOException {
    for (int deleted = 1; deleted <= 2; deleted++) {
      InMemorySnapshotStore shared = new InMemorySnapshotStore();
      StoreEpochLog replaced = new StoreEpochLog(shared, UUID.randomUUID());
      commit(replaced, 1);
      StoreEpochLog other = new StoreEpochLog(shared, UUID.randomUUID());
      other.open(PARTITIONS);
      commit(other, 2);
      commit(other, 3);
      AtomicInteger left = new AtomicInteger(deleted);

      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(
              () ->
                  other.collect(
                      List.of(),
                      point -> {
                        if (left.decrementAndGet() == 0) {
                          throw new IllegalStateException("the process dies");
                        }
                      }));

      assertThatExceptionOfType(FencedException.class).isThrownBy(() -> commit(replaced, 2));
    }
  }

  @Test
  void whatAReplacedProcessLeftIsNoPartOfTheHistory() throws IOException {
    commit(first, 1);
    StoreEpochLog second = openedLog();
    commit(second, 2);
    commit(second, 3);
    second.collect(List.of(), NO_FAULTS);
    assertThatExceptionOfType(FencedException.class).isThrownBy(() -> commit(first, 2));

    assertThat(history(newLog())).containsExactly(3L);
  }

  @Test
  void historyOfSeveralProcessesGoesOn() throws IOException {
    commit(first, 1);
    StoreEpochLog second = openedLog();
    commit(second, 2);
    StoreEpochLog third = openedLog();
    commit(third, 3);

    assertThat(history(newLog())).containsExactly(1L, 2L, 3L);
  }

  @Test
  void epochTellsWhatEachPartitionIsRestoredFrom() throws IOException {
    first.commit(
        1, content(), List.of(new EpochHeader.Need(0, 0, List.of()), NEED), EpochOutput.NOTHING);

    EpochReader epoch = newLog().open(PARTITIONS).of(0).get(0);

    assertThat(epoch.header().need(1)).isEqualTo(NEED);
    assertThatExceptionOfType(CorruptDataException.class).isThrownBy(() -> epoch.header().need(2));
  }

  private StoreEpochLog newLog() {
    return new StoreEpochLog(store, UUID.randomUUID());
  }

  private StoreEpochLog openedLog() throws IOException {
    StoreEpochLog log = newLog();
    assertThat(log.open(PARTITIONS).epochs()).isNotEmpty();
    return log;
  }

  private static List<Long> history(StoreEpochLog log) throws IOException {
    return log.open(PARTITIONS).epochs().stream().map(EpochReader::epoch).toList();
  }

  private static void commit(StoreEpochLog log, long epoch) throws IOException {
    log.commit(epoch, content(), List.of(), EpochOutput.NOTHING);
  }

  private static EpochWriter content() {
    EpochWriter content = new EpochWriter();
    content.begin();
    return content;
  }
}
