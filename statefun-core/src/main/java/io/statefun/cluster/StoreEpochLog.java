/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochObjects;
import io.statefun.snapshot.EpochReader;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.FencedException;
import io.statefun.snapshot.SnapshotStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The epochs of a node that has its snapshot store for itself: epoch n is committed by creating the
 * object of that number, which succeeds for one process alone.
 *
 * <p>Old objects are deleted, and then their numbers are free again. So a process that was taken
 * for dead long ago may succeed in creating its next epoch. Two things make that harmless: after it
 * has created an object it looks whether its history is still there, which otherwise means that it
 * has been replaced; and each object names the writer of the one before, so that an object which
 * was created so, and left there by a crash, is not taken for a part of the history.
 */
public final class StoreEpochLog implements EpochLog {

  private final SnapshotStore store;
  private final UUID writer;
  private volatile EpochId newest = EpochId.NONE;

  /**
   * @param store where the epochs are
   * @param writer identifies this process among all that ever used the store
   */
  public StoreEpochLog(SnapshotStore store, UUID writer) {
    this.store = store;
    this.writer = writer;
  }

  @Override
  public History open(Set<Integer> partitions) throws IOException {
    List<EpochReader> history = new ArrayList<>();
    List<Long> epochs = epochs();
    for (int i = epochs.size() - 1; i >= 0; i--) {
      EpochReader epoch = EpochReader.open(store, EpochObjects.name(epochs.get(i)));
      if (!history.isEmpty() && !isBefore(epoch, history.get(history.size() - 1))) {
        break;
      }
      history.add(epoch);
    }
    newest = history.isEmpty() ? EpochId.NONE : history.get(0).header().id();
    Collections.reverse(history);
    Map<Integer, List<EpochReader>> chains = new HashMap<>();
    partitions.forEach(partition -> chains.put(partition, history));
    return new History(chains);
  }

  private static boolean isBefore(EpochReader epoch, EpochReader next) {
    return epoch.header().id().equals(next.header().previous());
  }

  private List<Long> epochs() throws IOException {
    List<Long> epochs = new ArrayList<>();
    for (String name : store.list(EpochObjects.FOLDER)) {
      if (!EpochObjects.isOnly(name)) {
        throw new IOException(
            "The epochs of the snapshot store were committed by transactions of a message log, as"
                + " Kafka's, which alone knows the last one. Configure that log, or give the"
                + " application a store of its own");
      }
      epochs.add(EpochObjects.epoch(name));
    }
    return epochs;
  }

  @Override
  public EpochId commit(
      long epoch, EpochWriter content, List<EpochHeader.Need> needs, EpochOutput output)
      throws IOException {
    String name = EpochObjects.name(epoch);
    EpochId id = new EpochId(epoch, writer);
    boolean mine =
        EpochObjects.create(store, name, new EpochHeader(id, newest, Map.of(), needs), content)
            || EpochReader.open(store, name).header().id().equals(id);
    if (!mine || isOvertaken(epoch)) {
      throw new FencedException(epoch);
    }
    newest = id;
    return id;
  }

  /**
   * Whether another process has taken over, although the name of the epoch was free. That process
   * went on with the same number, so it has deleted its object since; and as the oldest ones are
   * deleted first, the epoch before is gone as well, which this process would have kept.
   */
  private boolean isOvertaken(long epoch) throws IOException {
    if (newest.epoch() > 0 && newest.epoch() == epoch - 1) {
      return store.size(EpochObjects.name(newest.epoch())) < 0;
    }
    List<String> names = store.list(EpochObjects.FOLDER);
    return EpochObjects.epoch(names.get(names.size() - 1)) > epoch;
  }

  /** All partitions are in this process. */
  @Override
  public int largestMessage() {
    return Integer.MAX_VALUE;
  }

  @Override
  public boolean takesOutput() {
    return false;
  }

  @Override
  public Map<Integer, Long> inboxEnds(Set<Integer> partitions) {
    return Map.of();
  }

  @Override
  public void collect(List<EpochHeader.Need> needs, FaultPoint.Listener faults) throws IOException {
    long needed = newest.epoch();
    for (EpochHeader.Need need : needs) {
      if (!need.firsts().isEmpty()) {
        needed = Math.min(needed, need.firstEpoch());
      }
    }
    EpochObjects.deleteBefore(store, needed, faults);
  }
}
