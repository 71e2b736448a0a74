/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.cluster.CommittedEpochs;
import io.statefun.savepoint.Savepoint;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochObjects;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whether an application that a log commits is bootstrapped. */
class FirstStateTest {

  private static final CommittedEpochs NOTHING = Map::of;
  private static final CommittedEpochs SOMETHING = () -> Map.of(0, "epoch");

  private final SnapshotStore store = new InMemorySnapshotStore();
  private final Savepoint savepoint =
      new Savepoint(1, "bank", "bootstrap", Instant.EPOCH, Instant.EPOCH, List.of());
  private final List<Savepoint> restored = new ArrayList<>();

  private @Nullable Savepoint bring(CommittedEpochs log) throws Exception {
    return new FirstState("bank", store, log).bring(() -> savepoint, restored::add);
  }

  private void leave(String name) throws IOException {
    boolean unused = store.create(name, BaseStore.content(new ByteWriter(0)));
  }

  @Test
  void itIsIfNothingWasCommitted() throws Exception {
    assertThat(bring(NOTHING)).isSameAs(savepoint);
    assertThat(restored).containsExactly(savepoint);
  }

  @Test
  void itIsNotIfItHasAlwaysHeldState() throws Exception {
    leave(EpochObjects.FOLDER + "1");

    assertThat(bring(SOMETHING)).isNull();
    assertThat(restored).isEmpty();
  }

  @Test
  void itIsNotAgain() throws Exception {
    var unused = bring(NOTHING);
    leave(EpochObjects.FOLDER + "1");

    assertThat(bring(NOTHING)).as("also if the offsets are gone").isNull();
    assertThat(restored).hasSize(1);
  }

  @Test
  void anObjectOfARestoreThatWasNeverCommittedIsNoState() throws Exception {
    leave(EpochObjects.FOLDER + "1");
    leave("savepoints/bootstrap/job/runs/1");

    assertThat(bring(NOTHING)).isSameAs(savepoint);
  }

  @Test
  void whatTheLogSaysIsCommittedIsState() throws Exception {
    leave(EpochObjects.FOLDER + "1");
    leave("savepoints/bootstrap/job/runs/1");

    assertThat(bring(SOMETHING)).isNull();
    assertThat(restored).isEmpty();
  }

  @Test
  void whatOneHasCommittedWhoDiedThenIsFound() throws Exception {
    Savepoint found =
        new FirstState("bank", store, NOTHING)
            .bring(
                () -> savepoint,
                held -> {
                  leave(EpochObjects.FOLDER + "1");
                  throw new StateHeldException("committed already");
                });

    assertThat(found).isNull();
    assertThat(bring(NOTHING)).isNull();
    assertThat(restored).isEmpty();
  }
}
