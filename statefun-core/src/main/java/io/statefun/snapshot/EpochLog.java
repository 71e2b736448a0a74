/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The epochs of a node that has its snapshot store for itself: epoch n is committed by creating the
 * object of that number, which succeeds for one process alone.
 */
public final class EpochLog {

  private static final Logger LOG = LoggerFactory.getLogger(EpochLog.class);

  private final SnapshotStore store;
  private final UUID writer;

  /**
   * @param store where the epochs are
   * @param writer identifies this process among all that ever used the store
   */
  public EpochLog(SnapshotStore store, UUID writer) {
    this.store = store;
    this.writer = writer;
  }

  /** The numbers of the epochs that are there, in their order. */
  public List<Long> epochs() throws IOException {
    return store.list(EpochObject.folder()).stream().map(EpochObject::epoch).toList();
  }

  /** Opens an epoch. */
  public EpochReader read(long epoch) throws IOException {
    return EpochReader.open(store, EpochObject.name(epoch));
  }

  /**
   * Commits an epoch. May be called again after an exception, with the same content: an attempt
   * that succeeded without telling is found.
   *
   * @param bases the epoch of the base snapshot that each partition needs, 0 for none
   * @throws FencedException if another process has committed an epoch of that number
   * @throws IOException if it is not known whether the epoch is committed
   */
  public void commit(long epoch, EpochWriter content, long[] bases) throws IOException {
    content.end(writer, epoch, bases);
    String name = EpochObject.name(epoch);
    if (!store.create(name, content) && !EpochReader.open(store, name).writer().equals(writer)) {
      throw new FencedException(epoch);
    }
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
