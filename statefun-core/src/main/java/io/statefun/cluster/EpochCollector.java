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
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.SnapshotStore;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the epoch objects that no partition needs, whoever wrote them. The newest epoch of each
 * partition says which ones that partition needs, as the first one of each writer.
 *
 * <p>What is needed no longer is never needed again, so that it does no harm to go by what was
 * committed a while ago, as the log may tell of a commit some time after it is made. Only an object
 * that is not known to be committed yet is needed later: its number is above all that its writer is
 * known to have committed. If no epoch of the writer is known to be needed, nothing tells it from
 * what a dead process left behind, not even if the writer is this process. So such ones stay for
 * {@link #QUARANTINE}, which is far longer than a writer {@linkplain
 * TransactionalEpochLog#LONGEST_DURABLE takes} from the object to its commit.
 */
final class EpochCollector {

  static final Duration QUARANTINE = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(EpochCollector.class);

  private final SnapshotStore store;
  private final InstantSource clock;
  private final Map<EpochId, EpochHeader> headers = new HashMap<>();

  /** When objects were seen first of writers of whom no epoch is needed, in milliseconds. */
  private final Map<String, Long> suspects = new HashMap<>();

  EpochCollector(SnapshotStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Deletes what nobody needs.
   *
   * @param newest by partition, which epoch is committed
   * @param asOf when that was asked for, or before, in milliseconds
   * @param mine the writers that this process has been
   * @param others whether to delete what others have left, which one node does for all
   */
  void collect(
      Map<Integer, EpochId> newest,
      long asOf,
      Set<UUID> mine,
      boolean others,
      FaultPoint.Listener faults)
      throws IOException {
    Set<String> objects = new LinkedHashSet<>(store.list(EpochObjects.FOLDER));
    if (!newest.values().stream().map(EpochObjects::name).allMatch(objects::contains)) {
      // They have gone on meanwhile.
      return;
    }
    Map<UUID, Long> firsts = firsts(newest);
    suspects.keySet().retainAll(objects);
    int deleted = 0;
    for (String name : objects) {
      EpochId id = EpochObjects.id(name);
      Long first = firsts.get(id.writer());
      boolean needless = first == null ? isStale(name, asOf) : id.epoch() < first;
      if (needless && (others || mine.contains(id.writer()))) {
        store.delete(name);
        deleted++;
        faults.reached(FaultPoint.DURING_COLLECTION);
      }
    }
    LOG.debug("Deleted {} of {} epoch objects", deleted, objects.size());
  }

  /** By writer, the first number that a partition needs. */
  private Map<UUID, Long> firsts(Map<Integer, EpochId> newest) throws IOException {
    headers.keySet().retainAll(newest.values());
    Map<UUID, Long> firsts = new HashMap<>();
    for (Map.Entry<Integer, EpochId> entry : newest.entrySet()) {
      EpochId last = entry.getValue();
      EpochHeader header = headers.get(last);
      if (header == null) {
        header = EpochReader.open(store, EpochObjects.name(last)).header();
        headers.put(last, header);
      }
      firsts.merge(last.writer(), last.epoch(), Math::min);
      for (EpochId first : header.need(entry.getKey()).firsts()) {
        firsts.merge(first.writer(), first.epoch(), Math::min);
      }
    }
    return firsts;
  }

  /**
   * Whether nobody needed an object long after it was seen first. Who is paused between the answer
   * of the log and the deletion must not take the answer for a new one.
   */
  private boolean isStale(String name, long asOf) {
    long since = suspects.computeIfAbsent(name, key -> clock.millis());
    return asOf - since >= QUARANTINE.toMillis();
  }
}
