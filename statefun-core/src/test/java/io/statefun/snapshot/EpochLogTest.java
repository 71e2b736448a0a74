/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EpochLogTest {

  private static final FaultPoint.Listener NO_FAULTS = point -> {};

  private final SnapshotStore store = new InMemorySnapshotStore();
  private final EpochLog first = new EpochLog(store, UUID.randomUUID());

  @Test
  void historyIsReadFromTheOldestToTheNewest() throws IOException {
    commit(first, 1);
    commit(first, 2);

    assertThat(history(newLog())).containsExactly(1L, 2L);
  }

  @Test
  void epochThatAnotherProcessCommittedIsRefused() throws IOException {
    EpochLog second = newLog();
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
    EpochLog second = openedLog();
    commit(second, 2);
    commit(second, 3);
    second.deleteBefore(3, NO_FAULTS);

    assertThatExceptionOfType(FencedException.class).isThrownBy(() -> commit(first, 2));
  }

  @Test
  void whatAReplacedProcessLeftIsNoPartOfTheHistory() throws IOException {
    commit(first, 1);
    EpochLog second = openedLog();
    commit(second, 2);
    commit(second, 3);
    second.deleteBefore(3, NO_FAULTS);
    assertThatExceptionOfType(FencedException.class).isThrownBy(() -> commit(first, 2));

    assertThat(history(newLog())).containsExactly(3L);
  }

  @Test
  void historyOfSeveralProcessesGoesOn() throws IOException {
    commit(first, 1);
    EpochLog second = openedLog();
    commit(second, 2);
    EpochLog third = openedLog();
    commit(third, 3);

    assertThat(history(newLog())).containsExactly(1L, 2L, 3L);
  }

  @Test
  void epochTellsWhatEachPartitionIsRestoredFrom() throws IOException {
    first.commit(1, content(), List.of(new EpochWriter.Need(0, 0), new EpochWriter.Need(7, 9)));

    EpochReader epoch = newLog().open().get(0);

    assertThat(epoch.need(1)).isEqualTo(new EpochWriter.Need(7, 9));
    assertThat(epoch.need(2)).isEqualTo(new EpochWriter.Need(0, 0));
  }

  private EpochLog newLog() {
    return new EpochLog(store, UUID.randomUUID());
  }

  private EpochLog openedLog() throws IOException {
    EpochLog log = newLog();
    assertThat(log.open()).isNotEmpty();
    return log;
  }

  private static List<Long> history(EpochLog log) throws IOException {
    return log.open().stream().map(EpochReader::epoch).toList();
  }

  private static void commit(EpochLog log, long epoch) throws IOException {
    log.commit(epoch, content(), List.of());
  }

  private static EpochWriter content() {
    EpochWriter content = new EpochWriter();
    content.begin();
    return content;
  }
}
