/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.bootstrap.Lease;
import io.statefun.bootstrap.Runs;
import io.statefun.cluster.CommittedEpochs;
import io.statefun.io.RefusedRecordsException;
import io.statefun.savepoint.Savepoint;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochObjects;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the first state into an application that holds nothing. Of several processes one does it;
 * the others wait until it is done, or take its place if it dies.
 */
final class FirstState {

  private static final Logger LOG = LoggerFactory.getLogger(FirstState.class);

  private static final String IN_PLACE = Runs.FOLDER + "in-place";
  private static final long PAUSE_MILLIS = 500;
  private static final long TOLD_AFTER_MILLIS = 30_000;

  private final String application;
  private final SnapshotStore store;
  private final @Nullable CommittedEpochs log;

  /**
   * @param log by whose transactions the application commits; null if the store itself does
   */
  FirstState(String application, SnapshotStore store, @Nullable CommittedEpochs log) {
    this.application = application;
    this.store = store;
    this.log = log;
  }

  /**
   * Brings the state, unless the application has one.
   *
   * @return what it begins with; null if that is nothing, or the application has a state
   */
  @Nullable Savepoint bring(Making making, Restoring restoring)
      throws IOException, RefusedRecordsException {
    Lease.Asker asker = new Lease.Asker(store);
    for (long waited = 0; !holdsState(); waited += PAUSE_MILLIS) {
      try (Lease lease = asker.ask()) {
        if (lease == null) {
          waitForOther(asker, waited);
        } else if (!holdsState()) {
          return bringAlone(making, restoring);
        }
      } catch (SavepointBuilder.OvertakenException e) {
        LOG.warn("Application '{}' is bootstrapped by another process as well", application);
      }
    }
    LOG.info("Application '{}' holds state already, and is not bootstrapped", application);
    return null;
  }

  /**
   * Whether the application has committed anything. With a log an object alone does not say that:
   * one that the restore has left, and that was never committed, must not be taken for it.
   */
  private boolean holdsState() throws IOException {
    return !store.list(EpochObjects.FOLDER).isEmpty()
        && (log == null
            || store.size(IN_PLACE) >= 0
            || store.list(Runs.FOLDER).isEmpty()
            || !log.committedReferences().isEmpty());
  }

  private @Nullable Savepoint bringAlone(Making making, Restoring restoring)
      throws IOException, RefusedRecordsException {
    Savepoint savepoint = making.make();
    if (savepoint == null) {
      return null;
    }
    try {
      restoring.restore(savepoint);
    } catch (StateHeldException e) {
      // A process has died, or was taken for dead, right after it had brought it.
      LOG.info("Application '{}' holds its first state already", application);
      savepoint = null;
    }
    if (log != null) {
      boolean unused = store.create(IN_PLACE, BaseStore.content(new ByteWriter(0)));
    }
    if (savepoint != null) {
      LOG.info("Application '{}' begins with savepoint {}", application, savepoint.number());
    }
    return savepoint;
  }

  private void waitForOther(Lease.Asker asker, long waited) throws IOException {
    if (waited % TOLD_AFTER_MILLIS == 0) {
      LOG.info(
          "Application '{}' is bootstrapped by {}, for which this one waits",
          application,
          asker.holder());
    }
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }

  /** Makes a savepoint. */
  interface Making {

    @Nullable Savepoint make() throws IOException;
  }

  /** Has the application go on from a savepoint. */
  interface Restoring {

    void restore(Savepoint savepoint) throws IOException, RefusedRecordsException;
  }
}
