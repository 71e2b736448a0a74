/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.bootstrap.Lease;
import io.statefun.bootstrap.Runs;
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
  private final boolean hasLog;

  /**
   * @param hasLog whether the application commits by a message log
   */
  FirstState(String application, SnapshotStore store, boolean hasLog) {
    this.application = application;
    this.store = store;
    this.hasLog = hasLog;
  }

  /** Brings the state, unless the application has one. */
  void bring(Making making, Restoring restoring) throws IOException, RefusedRecordsException {
    if (hasLog) {
      requireState();
      return;
    }
    Lease.Asker asker = new Lease.Asker(store);
    for (long waited = 0; !holdsState(); waited += PAUSE_MILLIS) {
      try (Lease lease = asker.ask()) {
        if (lease == null) {
          waitForOther(asker, waited);
        } else if (!holdsState()) {
          bringAlone(making, restoring);
          return;
        }
      } catch (SavepointBuilder.OvertakenException e) {
        LOG.warn("Application '{}' is bootstrapped by another process as well", application);
      }
    }
    LOG.info("Application '{}' holds state already, and is not bootstrapped", application);
  }

  /** Notes that the application has committed its first state. */
  static void markInPlace(SnapshotStore store) throws IOException {
    boolean unused = store.create(IN_PLACE, BaseStore.content(new ByteWriter(0)));
  }

  /**
   * Whether the application has committed anything. With a log an epoch object says nothing of
   * that, and one that the first state has left must not be taken for it.
   */
  private boolean holdsState() throws IOException {
    return !store.list(EpochObjects.FOLDER).isEmpty()
        && (!hasLog || store.size(IN_PLACE) >= 0 || store.list(Runs.FOLDER).isEmpty());
  }

  /** Several processes cannot bring it while they share the application. */
  private void requireState() throws IOException {
    if (!holdsState()) {
      throw new EngineStartException(
          "Application '"
              + application
              + "' holds nothing and is to be bootstrapped, which several processes of it cannot do"
              + " while they share it.",
          "Run the application's jar once with the arguments 'savepoint bootstrap', and start it"
              + " then.",
          null);
    }
    LOG.info("Application '{}' holds state already, and is not bootstrapped", application);
  }

  private void bringAlone(Making making, Restoring restoring)
      throws IOException, RefusedRecordsException {
    Savepoint savepoint = making.make();
    if (savepoint != null) {
      restoring.restore(savepoint);
      LOG.info("Application '{}' begins with savepoint {}", application, savepoint.number());
    }
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
