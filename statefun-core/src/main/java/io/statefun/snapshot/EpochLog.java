/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The epochs of a node that has its snapshot store for itself: epoch n is committed by creating the
 * object of that number, which succeeds for one process alone.
 *
 * <p>Old objects are deleted, and then their numbers are free again. So a process that was taken
 * for dead long ago may succeed in creating its next epoch. Two things make that harmless: after it
 * has created an object it looks whether there is a newer one, which means that it has been
 * replaced; and each object names the writer of the one before, so that an object which was created
 * so, and left there by a crash, is not taken for a part of the history.
 */
public final class EpochLog {

  /** The writer of the epoch before the first one. */
  public static final UUID NOBODY = new UUID(0, 0);

  private static final Logger LOG = LoggerFactory.getLogger(EpochLog.class);

  private final SnapshotStore store;
  private final UUID writer;
  private UUID previousWriter = NOBODY;

  /**
   * @param store where the epochs are
   * @param writer identifies this process among all that ever used the store
   */
  public EpochLog(SnapshotStore store, UUID writer) {
    this.store = store;
    this.writer = writer;
  }

  /**
   * Reads the history, to continue it: the newest epoch and those before it, without a gap, as far
   * as they are still there; the oldest first.
   */
  public List<EpochReader> open() throws IOException {
    List<EpochReader> history = new ArrayList<>();
    List<Long> epochs = epochs();
    for (int i = epochs.size() - 1; i >= 0; i--) {
      EpochReader epoch = EpochReader.open(store, EpochObject.name(epochs.get(i)));
      if (!history.isEmpty() && !isBefore(epoch, history.get(history.size() - 1))) {
        break;
      }
      history.add(epoch);
    }
    previousWriter = history.isEmpty() ? NOBODY : history.get(0).writer();
    Collections.reverse(history);
    return history;
  }

  private static boolean isBefore(EpochReader epoch, EpochReader next) {
    return epoch.epoch() == next.epoch() - 1 && epoch.writer().equals(next.previousWriter());
  }

  private List<Long> epochs() throws IOException {
    return store.list(EpochObject.folder()).stream().map(EpochObject::epoch).toList();
  }

  /**
   * Commits the epoch after the newest one. May be called again after an exception, with the same
   * content: an attempt that succeeded without telling is found.
   *
   * @param needs what each partition is restored from
   * @throws FencedException if another process goes on with the history
   * @throws IOException if it is not known whether the epoch is committed
   */
  public void commit(long epoch, EpochWriter content, List<EpochWriter.Need> needs)
      throws IOException {
    content.end(new EpochObject.Header(writer, epoch, previousWriter), needs);
    String name = EpochObject.name(epoch);
    boolean mine =
        store.create(name, content) || EpochReader.open(store, name).writer().equals(writer);
    if (!mine || isOvertaken(epoch)) {
      throw new FencedException(epoch);
    }
    previousWriter = writer;
  }

  private boolean isOvertaken(long epoch) throws IOException {
    List<Long> epochs = epochs();
    return epochs.get(epochs.size() - 1) > epoch;
  }

  /** Deletes the epochs before a number. */
  public void deleteBefore(long epoch, FaultPoint.Listener faults) throws IOException {
    int deleted = 0;
    for (long old : epochs()) {
      if (old < epoch) {
        store.delete(EpochObject.name(old));
        deleted++;
        faults.reached(FaultPoint.DURING_COLLECTION);
      }
    }
    LOG.debug("Deleted {} epoch objects before epoch {}", deleted, epoch);
  }
}
