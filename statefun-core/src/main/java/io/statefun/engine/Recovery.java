/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.EpochLog;
import io.statefun.cluster.History;
import io.statefun.message.TypeName;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochReader;
import io.statefun.state.StateBackend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings the backend of a node to the last committed epoch: what it lacks is fetched from the epoch
 * objects, partition by partition.
 */
final class Recovery {

  private final StateBackend backend;
  private final History history;
  private final BaseStore baseStore;
  private final Map<Integer, Long> bases;
  private final Map<EpochId, Summary> summaries = new LinkedHashMap<>();

  Recovery(EpochLog log, BaseStore baseStore, StateBackend backend, Set<Integer> partitions)
      throws IOException {
    this.baseStore = baseStore;
    this.bases = baseStore.newest();
    this.backend = backend;
    this.history = log.open(partitions);
    for (EpochReader epoch : history.epochs()) {
      summaries.put(epoch.header().id(), new Summary(epoch));
    }
  }

  /** The last committed epoch of any partition, or 0 if there is none. */
  long lastEpoch() {
    return summaries.values().stream().mapToLong(summary -> summary.epoch.epoch()).max().orElse(0);
  }

  private List<Summary> summaries(int partition) {
    return history.of(partition).stream()
        .map(epoch -> Objects.requireNonNull(summaries.get(epoch.header().id())))
        .toList();
  }

  /** Brings a partition up to the last epoch. */
  Recovered recover(int partition) throws IOException {
    StateBackend.PartitionStore store = backend.open(partition);
    long last = history.newest(partition);
    long base = base(partition);
    if (store.epoch() > last || store.epoch() < base) {
      store.clear();
      if (base > 0) {
        baseStore.restore(partition, base, store);
      }
    }
    long first = store.epoch() + 1;
    MergedChanges merged = new MergedChanges();
    for (Summary summary : summaries(partition)) {
      long epoch = summary.epoch.epoch();
      summary.read(partition, epoch >= first ? merged : null);
      if (merged.isFull()) {
        merged.writeTo(store, epoch);
      }
    }
    if (store.epoch() < last) {
      merged.writeTo(store, last);
    }
    return new Recovered(
        store,
        pending(partition),
        putAside(store),
        unacknowledged(partition, store),
        base,
        base > 0 ? baseStore.bytes(partition, base) : 0);
  }

  /** The messages that waited when the last epoch ended. */
  private PendingMessages pending(int partition) throws IOException {
    PendingMessages pending = new PendingMessages();
    List<EpochReader> chain = history.of(partition);
    if (!chain.isEmpty()) {
      chain
          .get(chain.size() - 1)
          .read(
              partition,
              new EpochReader.Visitor() {
                @Override
                public void pending(byte[] message) {
                  pending.read(message);
                }
              });
    }
    return pending;
  }

  /**
   * The epoch of the base snapshot of a partition, 0 for none.
   *
   * @throws IOException if one is needed that is not there, or an epoch after it is missing
   */
  private long base(int partition) throws IOException {
    long found = bases.getOrDefault(partition, 0L);
    List<EpochReader> chain = history.of(partition);
    if (chain.isEmpty()) {
      return found;
    }
    EpochHeader.Need need = chain.get(chain.size() - 1).header().need(partition);
    if (found < need.base()) {
      throw missing("The base snapshot of partition " + partition + " at epoch " + need.base());
    }
    long oldest = chain.get(0).epoch();
    if (found == need.base() && need.firstEpoch() > 0 && need.firstEpoch() < oldest) {
      throw missing("Epoch object " + need.firstEpoch());
    }
    return found;
  }

  private static IOException missing(String what) {
    return new IOException(
        what
            + " is missing in the snapshot store. Nothing was started, so that no state is lost"
            + " silently: restore the store's content from a backup.");
  }

  /** What epoch objects there are, for those who look after them; once all is recovered. */
  List<BaseSnapshots.Kept> kept() {
    return summaries.values().stream().map(Summary::kept).toList();
  }

  private List<OutgoingRecord> unacknowledged(int partition, StateBackend.PartitionStore store)
      throws IOException {
    Map<TypeName, EgressProgress> known = new HashMap<>();
    List<OutgoingRecord> result = new ArrayList<>();
    for (Summary summary : summaries(partition)) {
      if (summary.hasUnacknowledged(partition, store)) {
        summary.epoch.read(
            partition,
            new EpochReader.Visitor() {
              @Override
              public void egress(byte[] stored) {
                OutgoingRecord outgoing = OutgoingRecord.read(partition, stored);
                EgressProgress progress =
                    known.computeIfAbsent(
                        outgoing.egress(), egress -> EgressProgress.read(store, egress));
                if (!progress.covers(outgoing.number())) {
                  result.add(outgoing);
                }
              }
            });
      }
    }
    return result;
  }

  /** Reads an epoch object, and finds out meanwhile what it is needed for. */
  private static final class Summary {

    private final EpochReader epoch;
    private final List<Integer> changed = new ArrayList<>();
    private final Map<BaseSnapshots.RecordSource, Long> records = new HashMap<>();
    private long bytes;

    Summary(EpochReader epoch) {
      this.epoch = epoch;
    }

    /** Reads what it has of a partition, and adds the changes to others if there are any. */
    void read(int partition, @Nullable MergedChanges merged) throws IOException {
      bytes += epoch.sectionLength(partition);
      boolean[] anyChange = new boolean[1];
      epoch.read(
          partition,
          new EpochReader.Visitor() {
            @Override
            public void put(byte[] key, byte[] value) {
              anyChange[0] = true;
              if (merged != null) {
                merged.put(key, value);
              }
            }

            @Override
            public void delete(byte[] key) {
              anyChange[0] = true;
              if (merged != null) {
                merged.delete(key);
              }
            }

            @Override
            public void egress(byte[] stored) {
              OutgoingRecord outgoing = OutgoingRecord.read(partition, stored);
              records.merge(
                  new BaseSnapshots.RecordSource(partition, outgoing.egress()),
                  outgoing.number(),
                  Math::max);
            }
          });
      if (anyChange[0]) {
        changed.add(partition);
      }
    }

    boolean hasUnacknowledged(int partition, StateBackend.PartitionStore store) {
      return records.entrySet().stream()
          .anyMatch(
              newest ->
                  newest.getKey().partition() == partition
                      && !EgressProgress.read(store, newest.getKey().egress())
                          .covers(newest.getValue()));
    }

    BaseSnapshots.Kept kept() {
      return new BaseSnapshots.Kept(
          epoch.epoch(), bytes, changed.stream().mapToInt(Integer::intValue).toArray(), records);
    }
  }

  /** How many records for each egress were put aside into the state of a partition. */
  private static Map<TypeName, EgressProgress> putAside(StateBackend.PartitionStore store) {
    Map<TypeName, EgressProgress> result = new HashMap<>();
    byte[] all = Keys.allBacklogs();
    try (StateBackend.Cursor cursor = store.scan(all, Keys.after(all))) {
      while (cursor.next()) {
        TypeName egress = Keys.backlogEgress(cursor.key());
        result.put(egress, EgressProgress.read(store, egress));
      }
    }
    return result;
  }

  /**
   * A partition as it was when the last epoch was committed.
   *
   * @param store its committed state
   * @param pending the messages that waited
   * @param putAside how far each egress has come that ever had records put aside in the state
   * @param unacknowledged the other records whose receivers may not have them
   * @param base the epoch of its base snapshot, 0 for none
   * @param baseBytes how large that is
   */
  record Recovered(
      StateBackend.PartitionStore store,
      PendingMessages pending,
      Map<TypeName, EgressProgress> putAside,
      List<OutgoingRecord> unacknowledged,
      long base,
      long baseBytes) {}
}
