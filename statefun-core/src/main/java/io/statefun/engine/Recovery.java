/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochLog;
import io.statefun.snapshot.EpochReader;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings the backend of a node to the last committed epoch: what it lacks is fetched from the epoch
 * objects, partition by partition.
 */
final class Recovery {

  private final EpochLog log;
  private final StateBackend backend;
  private final List<Long> epochs;
  private final BaseStore baseStore;
  private final Map<Integer, Long> bases;

  Recovery(EpochLog log, BaseStore baseStore, StateBackend backend) throws IOException {
    this.baseStore = baseStore;
    this.bases = baseStore.newest();
    this.log = log;
    this.backend = backend;
    this.epochs = log.epochs();
  }

  /** The last committed epoch, or 0 if there is none. */
  long lastEpoch() {
    return epochs.isEmpty() ? 0 : epochs.get(epochs.size() - 1);
  }

  /** Brings a partition up to the last epoch. */
  Recovered recover(int partition) throws IOException {
    StateBackend.PartitionStore store = backend.open(partition);
    long base = base(partition);
    if (store.epoch() > lastEpoch() || store.epoch() < base) {
      store.clear();
      if (base > 0) {
        long unused = baseStore.restore(partition, base, store);
      }
    }
    long first = store.epoch() + 1;
    for (long epoch : epochs) {
      if (epoch >= first) {
        apply(log.read(epoch), partition, store);
      }
    }
    PendingMessages pending = new PendingMessages();
    if (lastEpoch() > 0) {
      log.read(lastEpoch())
          .read(
              partition,
              new EpochReader.Visitor() {
                @Override
                public void pending(byte[] message) {
                  pending.read(message);
                }
              });
    }
    return new Recovered(store, pending, unacknowledged(partition, store), base);
  }

  /**
   * The epoch of the base snapshot of a partition, 0 for none.
   *
   * @throws IOException if one is needed that is not there
   */
  private long base(int partition) throws IOException {
    long found = bases.getOrDefault(partition, 0L);
    long needed = lastEpoch() == 0 ? 0 : log.read(lastEpoch()).base(partition);
    if (found < needed) {
      throw new IOException(
          "The base snapshot of partition "
              + partition
              + " at epoch "
              + needed
              + " is missing in the snapshot store. Nothing was started, so that no state is lost"
              + " silently: restore the store's content from a backup.");
    }
    return found;
  }

  /** What epoch objects there are, for those who look after them. */
  List<BaseSnapshots.Kept> kept(int partitions) throws IOException {
    List<BaseSnapshots.Kept> result = new ArrayList<>();
    for (long epoch : epochs) {
      EpochReader reader = log.read(epoch);
      List<Integer> changed = new ArrayList<>();
      long bytes = 0;
      Map<BaseSnapshots.RecordSource, Long> records = new HashMap<>();
      for (int partition = 0; partition < partitions; partition++) {
        if (reader.sectionLength(partition) > 0) {
          bytes += reader.sectionLength(partition);
          changed.add(partition);
          collectRecords(reader, partition, records);
        }
      }
      result.add(
          new BaseSnapshots.Kept(
              epoch, bytes, changed.stream().mapToInt(Integer::intValue).toArray(), records));
    }
    return result;
  }

  private static void collectRecords(
      EpochReader reader, int partition, Map<BaseSnapshots.RecordSource, Long> records)
      throws IOException {
    reader.read(
        partition,
        new EpochReader.Visitor() {
          @Override
          public void egress(byte[] stored) {
            OutgoingRecord outgoing = OutgoingRecord.read(partition, stored);
            records.merge(
                new BaseSnapshots.RecordSource(partition, outgoing.egress()),
                outgoing.number(),
                Math::max);
          }
        });
  }

  private static void apply(EpochReader epoch, int partition, StateBackend.PartitionStore store)
      throws IOException {
    try (StateBackend.Batch batch = store.newBatch()) {
      epoch.read(
          partition,
          new EpochReader.Visitor() {
            @Override
            public void put(byte[] key, byte[] value) {
              batch.put(key, value);
            }

            @Override
            public void delete(byte[] key) {
              batch.delete(key);
            }
          });
      batch.write(epoch.epoch());
    }
  }

  private List<OutgoingRecord> unacknowledged(int partition, StateBackend.PartitionStore store)
      throws IOException {
    List<OutgoingRecord> result = new ArrayList<>();
    for (long epoch : epochs) {
      log.read(epoch)
          .read(
              partition,
              new EpochReader.Visitor() {
                @Override
                public void egress(byte[] stored) {
                  OutgoingRecord outgoing = OutgoingRecord.read(partition, stored);
                  if (outgoing.number() > acknowledged(store, outgoing.egress())) {
                    result.add(outgoing);
                  }
                }
              });
    }
    return result;
  }

  private static long acknowledged(StateBackend.PartitionStore store, TypeName egress) {
    byte[] stored = store.get(Keys.acknowledged(egress));
    return stored == null ? 0 : new ByteReader(stored).readVarLong();
  }

  /**
   * A partition as it was when the last epoch was committed.
   *
   * @param store its committed state
   * @param pending the messages that waited
   * @param unacknowledged the records whose receivers may not have them
   * @param base the epoch of its base snapshot, 0 for none
   */
  record Recovered(
      StateBackend.PartitionStore store,
      PendingMessages pending,
      List<OutgoingRecord> unacknowledged,
      long base) {}
}
