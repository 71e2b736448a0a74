/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import io.statefun.io.RefusedRecordsException;
import io.statefun.snapshot.EpochObjects;
import io.statefun.snapshot.EpochReader;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.FencedException;
import io.statefun.snapshot.SnapshotStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The epochs of a node that commits them by transactions of a log: one transaction makes true
 * everything that the epoch did, and names the epoch object. The transaction is prepared while the
 * object is written, and committed when the object is durable, never before. An object that no
 * transaction has named is garbage.
 *
 * <p>As long as the store fails, no transaction is open while it is waited for: what is open holds
 * up the readers of the topics that it writes to.
 */
public final class TransactionalEpochLog implements EpochLog {

  private final SnapshotStore store;
  private final TransactionLog log;
  private final FaultPoint.Listener faults;

  /** Names the objects of this process; another one after an object whose content cannot be. */
  private UUID writer;

  private @Nullable EpochReference newest;

  /** Whether the object of the next epoch is there. */
  private boolean durable;

  /** Whether an attempt for the next epoch may have been successful, or may yet be. */
  private boolean unknown;

  /** Whether transactions are prepared before the object is durable. */
  private boolean overlaps = true;

  /**
   * @param writer identifies this process among all that ever used the store
   */
  public TransactionalEpochLog(
      SnapshotStore store, TransactionLog log, UUID writer, FaultPoint.Listener faults) {
    this.store = store;
    this.log = log;
    this.writer = writer;
    this.faults = faults;
  }

  @Override
  public List<EpochReader> open() throws IOException {
    log.reset();
    String committed = log.reference();
    Set<String> objects = new HashSet<>(store.list(EpochObjects.FOLDER));
    if (committed == null) {
      requireNoHistory(objects);
      return List.of();
    }
    EpochReference reference = EpochReference.parse(committed);
    newest = reference;
    if (!objects.contains(reference.objectName())) {
      throw new IOException(
          "The epoch object "
              + reference.objectName()
              + " is missing in the snapshot store, though it was committed. Nothing was started, so"
              + " that no state is lost silently: check that the application is configured with the"
              + " store that it used before, or restore the store's content from a backup");
    }
    List<EpochReader> history = new ArrayList<>();
    while (objects.contains(reference.objectName())) {
      EpochReader epoch = EpochReader.open(store, reference.objectName());
      history.add(epoch);
      reference = new EpochReference(epoch.epoch() - 1, epoch.previousWriter());
    }
    Collections.reverse(history);
    return history;
  }

  /**
   * The second epoch's object is written after the first one's transaction. So with that or
   * anything later, a reference was committed once, and must not be taken for one that never was.
   */
  private static void requireNoHistory(Set<String> objects) throws IOException {
    long last = objects.stream().mapToLong(EpochObjects::epoch).max().orElse(0);
    if (last > 1) {
      throw new IOException(
          "The snapshot store has epochs up to "
              + last
              + ", but the log no longer says which of them is committed: its offsets of the"
              + " application's group have expired or were deleted, or it is another log. Nothing was"
              + " started, so that no state is lost silently. Configure the log that the application"
              + " used before, or, to begin anew, give it an empty snapshot store");
    }
  }

  @Override
  public void commit(
      long epoch, EpochWriter content, List<EpochWriter.Need> needs, EpochOutput output)
      throws IOException, RefusedRecordsException {
    EpochReference reference = new EpochReference(epoch, writer);
    if (!unknown || !isCommitted(reference)) {
      if (!overlaps) {
        makeDurable(epoch, content, needs);
      }
      begin(reference, output);
      try {
        makeDurable(epoch, content, needs);
      } catch (IOException e) {
        overlaps = false;
        abort(e);
        throw e;
      }
      commit();
    }
    newest = reference;
    durable = false;
    overlaps = true;
  }

  private void makeDurable(long epoch, EpochWriter content, List<EpochWriter.Need> needs)
      throws IOException {
    if (durable) {
      return;
    }
    UUID previous = newest == null ? NOBODY : newest.writer();
    // An object of this name is from an attempt of this process that did not know it succeeded.
    boolean unused =
        EpochObjects.create(
            store, EpochObjects.name(epoch, writer), writer, previous, content, needs);
    durable = true;
    faults.reached(FaultPoint.OBJECT_DURABLE);
  }

  private void begin(EpochReference reference, EpochOutput output) throws IOException {
    unknown = true;
    try {
      log.begin(reference.toString(), output);
    } catch (TransactionLog.AbortedException e) {
      unknown = false;
      throw e;
    }
    faults.reached(FaultPoint.TRANSACTION_BEGUN);
  }

  private void abort(IOException why) {
    try {
      log.abort();
      unknown = false;
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }

  private void commit() throws IOException, RefusedRecordsException {
    try {
      log.commit();
      unknown = false;
    } catch (TransactionLog.AbortedException e) {
      unknown = false;
      throw e;
    } catch (RefusedRecordsException e) {
      unknown = false;
      // The epoch gets other content, and so another object, also if this one is not known to be.
      writer = new UUID(writer.getMostSignificantBits(), writer.getLeastSignificantBits() + 1);
      durable = false;
      throw e;
    }
  }

  /** Finds out whether an attempt was successful, when none can be any more. */
  private boolean isCommitted(EpochReference reference) throws IOException {
    log.reset();
    String committed = log.reference();
    if (reference.toString().equals(committed)) {
      unknown = false;
      return true;
    }
    if (!Objects.equals(committed, newest == null ? null : newest.toString())) {
      throw new FencedException(
          committed == null ? reference.epoch() : EpochReference.parse(committed).epoch());
    }
    unknown = false;
    return false;
  }

  @Override
  public boolean takesOutput() {
    return true;
  }

  @Override
  public void deleteBefore(long epoch, FaultPoint.Listener listener) throws IOException {
    EpochObjects.deleteBefore(store, epoch, listener);
  }
}
