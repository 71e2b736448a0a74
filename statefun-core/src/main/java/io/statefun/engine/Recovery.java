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
import io.statefun.snapshot.EpochReader;
import io.statefun.state.StateBackend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Brings the backend of a node to the last committed epoch: what it lacks is fetched from the epoch
 * objects, partition by partition.
 */
final class Recovery {

  private final StateBackend backend;
  private final History history;
  private final BaseStore baseStore;
  private final Map<Integer, Long> bases;

  Recovery(EpochLog log, BaseStore baseStore, StateBackend backend, Set<Integer> partitions)
      throws IOException {
    this.baseStore = baseStore;
    this.bases = baseStore.newest();
    this.backend = backend;
    this.history = log.open(partitions);
  }

  /** The last committed epoch of any partition, or 0 if there is none. */
  long lastEpoch() {
    return history.epochs().stream().mapToLong(EpochReader::epoch).max().orElse(0);
  }

  /**
   * Brings partitions up to the last epoch, several at a time if the executor lets them. When it
   * returns, or throws, nobody is at work on any of them.
   *
   * @return by partition what there is
   * @throws IOException if one of them cannot be brought back at the moment
   */
  Map<Integer, Recovered> recover(Set<Integer> partitions, Executor executor) throws IOException {
    Map<Integer, CompletableFuture<Recovered>> under = new TreeMap<>();
    for (int partition : partitions) {
      CompletableFuture<Recovered> one = new CompletableFuture<>();
      under.put(partition, one);
      executor.execute(() -> recover(partition, one));
    }
    under.values().forEach(Recovery::await);
    Map<Integer, Recovered> all = new TreeMap<>();
    for (Map.Entry<Integer, CompletableFuture<Recovered>> one : under.entrySet()) {
      all.put(one.getKey(), result(one.getValue()));
    }
    return all;
  }

  private void recover(int partition, CompletableFuture<Recovered> result) {
    try {
      result.complete(recover(partition));
    } catch (IOException | RuntimeException | Error e) {
      result.completeExceptionally(e);
    }
  }

  private static void await(CompletableFuture<Recovered> one) {
    var unused = one.handle((done, failure) -> Boolean.TRUE).join();
  }

  private static Recovered result(CompletableFuture<Recovered> done) throws IOException {
    try {
      return done.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** Brings a partition up to the last epoch. */
  private Recovered recover(int partition) throws IOException {
    StateBackend.PartitionStore store = backend.open(partition);
    long last = history.newest(partition);
    long base = base(partition);
    if (store.epoch() > last || store.epoch() < base) {
      store.clear();
      if (base > 0) {
        baseStore.restore(partition, base, store);
      }
    }
    Replay.replay(partition, history.of(partition), store);
    return new Recovered(
        store,
        pending(partition),
        putAside(store),
        unacknowledged(partition, store),
        base,
        base > 0 ? baseStore.bytes(partition, base) : 0,
        last,
        kept(partition));
  }

  /** What the newest epoch does not need may be deleted any time, by who had it, too. */
  private List<BaseSnapshots.Kept> kept(int partition) {
    return history.of(partition).stream()
        .filter(epoch -> epoch.epoch() >= firstNeeded(partition))
        .map(epoch -> BaseSnapshots.Kept.of(epoch, partition))
        .toList();
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

  /** The number of the first epoch that a partition needs, which may be its newest. */
  private long firstNeeded(int partition) {
    List<EpochReader> chain = history.of(partition);
    EpochReader newest = chain.get(chain.size() - 1);
    long first = newest.header().need(partition).firstEpoch();
    return first == 0 ? newest.epoch() : first;
  }

  private static IOException missing(String what) {
    return new IOException(
        what
            + " is missing in the snapshot store. Nothing was started, so that no state is lost"
            + " silently: restore the store's content from a backup.");
  }

  private List<OutgoingRecord> unacknowledged(int partition, StateBackend.PartitionStore store)
      throws IOException {
    Map<TypeName, EgressProgress> known = new HashMap<>();
    Function<TypeName, EgressProgress> progress =
        egress -> known.computeIfAbsent(egress, name -> EgressProgress.read(store, name));
    List<OutgoingRecord> result = new ArrayList<>();
    for (EpochReader epoch : history.of(partition)) {
      boolean all =
          epoch.summary(partition).newestRecords().entrySet().stream()
              .allMatch(
                  newest ->
                      progress.apply(TypeName.parse(newest.getKey())).covers(newest.getValue()));
      if (!all) {
        epoch.read(
            partition,
            new EpochReader.Visitor() {
              @Override
              public void egress(byte[] stored) {
                OutgoingRecord outgoing = OutgoingRecord.read(partition, stored);
                if (!progress.apply(outgoing.egress()).covers(outgoing.number())) {
                  result.add(outgoing);
                }
              }
            });
      }
    }
    return result;
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
   * @param last its last epoch, 0 for none
   * @param history those of its epochs that it needs, in their order
   */
  record Recovered(
      StateBackend.PartitionStore store,
      PendingMessages pending,
      Map<TypeName, EgressProgress> putAside,
      List<OutgoingRecord> unacknowledged,
      long base,
      long baseBytes,
      long last,
      List<BaseSnapshots.Kept> history) {}
}
