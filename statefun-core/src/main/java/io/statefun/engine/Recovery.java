/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.EpochLog;
import io.statefun.message.TypeName;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochReader;
import io.statefun.snapshot.EpochWriter;
import io.statefun.state.StateBackend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings the backend of a node to the last committed epoch: what it lacks is fetched from the epoch
 * objects, partition by partition.
 */
final class Recovery {

  private final StateBackend backend;
  private final List<EpochReader> epochs;
  private final BaseStore baseStore;
  private final Map<Integer, Long> bases;
  private final List<Summary> summaries = new ArrayList<>();

  Recovery(EpochLog log, BaseStore baseStore, StateBackend backend) throws IOException {
    this.baseStore = baseStore;
    this.bases = baseStore.newest();
    this.backend = backend;
    this.epochs = log.open();
    for (EpochReader epoch : epochs) {
      summaries.add(new Summary(epoch));
    }
  }

  /** The last committed epoch, or 0 if there is none. */
  long lastEpoch() {
    return epochs.isEmpty() ? 0 : newest().epoch();
  }

  private EpochReader newest() {
    return epochs.get(epochs.size() - 1);
  }

  /** Brings a partition up to the last epoch. */
  Recovered recover(int partition) throws IOException {
    StateBackend.PartitionStore store = backend.open(partition);
    long base = base(partition);
    if (store.epoch() > lastEpoch() || store.epoch() < base) {
      store.clear();
      if (base > 0) {
        baseStore.restore(partition, base, store);
      }
    }
    long first = store.epoch() + 1;
    MergedChanges merged = new MergedChanges();
    for (Summary summary : summaries) {
      long epoch = summary.epoch.epoch();
      summary.read(partition, epoch >= first ? merged : null);
      if (merged.isFull()) {
        merged.writeTo(store, epoch);
      }
    }
    if (store.epoch() < lastEpoch()) {
      merged.writeTo(store, lastEpoch());
    }
    PendingMessages pending = new PendingMessages();
    if (!epochs.isEmpty()) {
      newest()
          .read(
              partition,
              new EpochReader.Visitor() {
                @Override
                public void pending(byte[] message) {
                  pending.read(message);
                }
              });
    }
    return new Recovered(
        store,
        pending,
        putAside(store),
        unacknowledged(partition, store),
        base,
        base > 0 ? baseStore.bytes(partition, base) : 0);
  }

  /**
   * The epoch of the base snapshot of a partition, 0 for none.
   *
   * @throws IOException if one is needed that is not there, or an epoch after it is missing
   */
  private long base(int partition) throws IOException {
    long found = bases.getOrDefault(partition, 0L);
    if (epochs.isEmpty()) {
      return found;
    }
    EpochWriter.Need need = newest().need(partition);
    if (found < need.base()) {
      throw missing("The base snapshot of partition " + partition + " at epoch " + need.base());
    }
    long oldest = epochs.get(0).epoch();
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
    return summaries.stream().map(Summary::kept).toList();
  }

  private List<OutgoingRecord> unacknowledged(int partition, StateBackend.PartitionStore store)
      throws IOException {
    Map<TypeName, EgressProgress> known = new HashMap<>();
    List<OutgoingRecord> result = new ArrayList<>();
    for (Summary summary : summaries) {
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
