/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import io.statefun.io.RefusedRecordsException;
import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochObjects;
import io.statefun.snapshot.EpochReader;
import io.statefun.snapshot.EpochReaders;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.FencedException;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.wire.NewerFormatException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The epochs of a node that commits them by transactions of a log: one transaction makes true
 * everything that the epoch did, and names the epoch object. The transaction is prepared while the
 * object is written, and committed when the object is durable, never before. An object that no
 * transaction has named is garbage.
 *
 * <p>Partitions may come while others are committed: their history is read by another thread,
 * before the node has them.
 *
 * <p>As long as the store fails, no transaction is open while it is waited for: what is open holds
 * up the readers of the topics that it writes to.
 */
public final class TransactionalEpochLog implements EpochLog {

  private static final Logger LOG = LoggerFactory.getLogger(TransactionalEpochLog.class);

  private final SnapshotStore store;
  private final EpochReaders readers;
  private final TransactionLog log;
  private final FaultPoint.Listener faults;
  private final InstantSource clock;
  private final EpochCollector collector;

  /** How long an object may wait for its commit, after which it gets another name. */
  static final Duration LONGEST_DURABLE = EpochCollector.QUARANTINE.dividedBy(5);

  /** What this process has called itself. */
  private final Set<UUID> writers = ConcurrentHashMap.newKeySet();

  /** Names the objects of this process; another one after an object whose content cannot be. */
  private UUID writer;

  /** By partition the newest epoch, for those that have one. */
  private final Map<Integer, EpochId> newest = new ConcurrentHashMap<>();

  private boolean opened;

  /** Whether the object of the next epoch is there. */
  private boolean durable;

  /** Since when it is, in milliseconds. */
  private long durableSince;

  /** Whether an attempt for the next epoch may have been successful, or may yet be. */
  private boolean unknown;

  /** How long the transaction of the last commit took. */
  private long transactionNanos;

  /** Whether transactions are prepared before the object is durable. */
  private boolean overlaps = true;

  /**
   * @param readers opens objects of the store
   * @param writer identifies this process among all that ever used the store
   */
  public TransactionalEpochLog(
      SnapshotStore store,
      EpochReaders readers,
      TransactionLog log,
      UUID writer,
      FaultPoint.Listener faults,
      InstantSource clock) {
    this.store = store;
    this.readers = readers;
    this.log = log;
    this.writer = writer;
    this.faults = faults;
    this.clock = clock;
    this.collector = new EpochCollector(store, clock);
    writers.add(writer);
  }

  @Override
  public History open(Set<Integer> partitions) throws IOException {
    if (!opened) {
      log.reset();
      opened = true;
    }
    partitions.forEach(newest::remove);
    Map<Integer, String> committed = log.references(partitions);
    Set<String> objects = new HashSet<>(store.list(EpochObjects.FOLDER));
    Map<Integer, List<EpochReader>> chains = new HashMap<>();
    for (Map.Entry<Integer, String> reference : committed.entrySet()) {
      int partition = reference.getKey();
      EpochId last = EpochReference.parse(reference.getValue());
      requireThere(last, objects);
      newest.put(partition, last);
      chains.put(partition, chain(partition, last, objects));
    }
    requireNewest(partitions, objects);
    return new History(chains);
  }

  /**
   * An epoch's object is written after the epoch before was committed. So if there is one that
   * follows upon a later epoch than the log knows of, the log has lost commits, and to go on from
   * there would do again what was done. The newest object of each writer tells.
   */
  private void requireNewest(Set<Integer> partitions, Set<String> objects) throws IOException {
    long oldest =
        partitions.stream().mapToLong(partition -> last(partition).epoch()).min().orElse(0);
    Map<UUID, EpochId> newestOfWriters = new HashMap<>();
    for (String name : objects) {
      EpochId id = EpochObjects.id(name);
      if (id.epoch() > oldest + 1) {
        newestOfWriters.merge(id.writer(), id, TransactionalEpochLog::later);
      }
    }
    for (EpochId id : newestOfWriters.values()) {
      EpochHeader later = EpochReader.open(store, EpochObjects.name(id)).header();
      for (EpochHeader.Need need : later.needs()) {
        int partition = need.partition();
        if (partitions.contains(partition)
            && later.previous(partition).epoch() > last(partition).epoch()) {
          throw behind(partition, later.previous(partition));
        }
      }
    }
  }

  private static EpochId later(EpochId one, EpochId other) {
    return one.epoch() > other.epoch() ? one : other;
  }

  private EpochId last(int partition) {
    return newest.getOrDefault(partition, EpochId.NONE);
  }

  private IOException behind(int partition, EpochId committed) {
    return new IOException(
        last(partition).equals(EpochId.NONE)
            ? "The snapshot store has epochs of partition "
                + partition
                + " up to "
                + committed.epoch()
                + ", but the log no longer says which of them is committed: its offsets of the"
                + " application's group have expired or were deleted, or it is another log. Nothing"
                + " was started, so that no state is lost silently. Configure the log that the"
                + " application used before, or, to begin anew, give it an empty snapshot store"
            : "The log says that epoch "
                + last(partition).epoch()
                + " of partition "
                + partition
                + " is the last one, but epoch "
                + committed.epoch()
                + " was committed: the log has lost commits, or has not loaded them. Nothing was"
                + " started, as it would be done twice. Look at the brokers: a restart of the"
                + " group's coordinator has it load its log again");
  }

  /** The epochs that the newest one needs, itself included, as far as they are there. */
  private List<EpochReader> chain(int partition, EpochId last, Set<String> objects)
      throws IOException {
    List<EpochReader> chain = new ArrayList<>();
    EpochId next = last;
    long first = last.epoch();
    while (next.epoch() >= first && objects.contains(EpochObjects.name(next))) {
      EpochReader epoch = open(next);
      if (next.equals(last)) {
        first = epoch.header().need(partition).firstOr(first);
      }
      chain.add(epoch);
      next = epoch.header().previous(partition);
    }
    Collections.reverse(chain);
    return chain;
  }

  private EpochReader open(EpochId id) throws IOException {
    EpochReader epoch = readers.find(id);
    if (epoch == null) {
      throw new IOException(EpochObjects.name(id) + " was deleted while it was needed");
    }
    return epoch;
  }

  private static void requireThere(EpochId last, Set<String> objects) throws IOException {
    if (!objects.contains(EpochObjects.name(last))) {
      throw new IOException(
          "The epoch object "
              + EpochObjects.name(last)
              + " is missing in the snapshot store, though it was committed. Nothing was started, so"
              + " that no state is lost silently: check that the application is configured with the"
              + " store that it used before, or restore the store's content from a backup");
    }
  }

  @Override
  public EpochId commit(
      long epoch, EpochWriter content, List<EpochHeader.Need> needs, EpochOutput output)
      throws IOException, RefusedRecordsException {
    Set<Integer> partitions =
        needs.stream().map(EpochHeader.Need::partition).collect(Collectors.toSet());
    EpochId id = new EpochId(epoch, writer);
    transactionNanos = 0;
    if (!unknown || !isCommitted(id, partitions)) {
      if (durable && clock.millis() - durableSince > LONGEST_DURABLE.toMillis()) {
        rename(content);
        id = new EpochId(epoch, writer);
      }
      if (!overlaps) {
        makeDurable(id, content, needs);
      }
      begin(references(id, partitions), output);
      try {
        makeDurable(id, content, needs);
      } catch (IOException e) {
        overlaps = false;
        abort(e);
        throw e;
      }
      commit();
    }
    for (int partition : partitions) {
      newest.put(partition, id);
    }
    durable = false;
    overlaps = true;
    return id;
  }

  private static Map<Integer, String> references(EpochId id, Set<Integer> partitions) {
    String reference = EpochReference.of(id);
    return partitions.stream()
        .collect(Collectors.toMap(Function.identity(), partition -> reference));
  }

  private void makeDurable(EpochId id, EpochWriter content, List<EpochHeader.Need> needs)
      throws IOException {
    if (durable) {
      return;
    }
    // An object of this name is from an attempt of this process that did not know it succeeded.
    boolean unused = EpochObjects.create(store, EpochObjects.name(id), header(id, needs), content);
    durable = true;
    durableSince = clock.millis();
    faults.reached(FaultPoint.OBJECT_DURABLE);
  }

  /** Partitions that were in the node's last epoch have that before; newcomers have others. */
  private EpochHeader header(EpochId id, List<EpochHeader.Need> needs) {
    EpochId previous =
        newest.values().stream()
            .filter(last -> last.writer().equals(id.writer()))
            .max(Comparator.comparingLong(EpochId::epoch))
            .orElse(EpochId.NONE);
    Map<Integer, EpochId> previousOfNewcomers = new HashMap<>();
    for (EpochHeader.Need need : needs) {
      EpochId last = last(need.partition());
      if (!last.equals(previous)) {
        previousOfNewcomers.put(need.partition(), last);
      }
    }
    return new EpochHeader(id, previous, previousOfNewcomers, needs);
  }

  private void begin(Map<Integer, String> references, EpochOutput output) throws IOException {
    unknown = true;
    long begun = System.nanoTime();
    try {
      log.begin(references, output);
    } catch (TransactionLog.AbortedException e) {
      unknown = false;
      throw e;
    }
    transactionNanos += System.nanoTime() - begun;
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
    long begun = System.nanoTime();
    try {
      log.commit();
      unknown = false;
      transactionNanos += System.nanoTime() - begun;
    } catch (TransactionLog.AbortedException e) {
      unknown = false;
      throw e;
    } catch (RefusedRecordsException e) {
      unknown = false;
      // The epoch gets other content, and so another object, also if this one is not known to be.
      renameWriter();
      throw e;
    }
  }

  /** Has the epoch written anew, since its object may have been taken for what a dead one left. */
  private void rename(EpochWriter content) {
    content.reopen();
    renameWriter();
  }

  private void renameWriter() {
    writer = new UUID(writer.getMostSignificantBits(), writer.getLeastSignificantBits() + 1);
    writers.add(writer);
    durable = false;
  }

  /** Finds out whether an attempt was successful, when none can be any more. */
  private boolean isCommitted(EpochId id, Set<Integer> partitions) throws IOException {
    log.reset();
    Map<Integer, String> committed = log.references(partitions);
    if (committed.equals(references(id, partitions))) {
      unknown = false;
      return true;
    }
    for (int partition : partitions) {
      EpochId last = newest.get(partition);
      String expected = last == null ? null : EpochReference.of(last);
      if (!Objects.equals(committed.get(partition), expected)) {
        throw new FencedException(id.epoch());
      }
    }
    unknown = false;
    return false;
  }

  @Override
  public int largestMessage() {
    return log.largestMessage();
  }

  @Override
  public long transactionNanos() {
    return transactionNanos;
  }

  @Override
  public boolean takesOutput() {
    return true;
  }

  @Override
  public Map<Integer, Long> inboxEnds(Set<Integer> partitions) throws IOException {
    return log.inboxEnds(partitions);
  }

  @Override
  public void collect(List<EpochHeader.Need> needs, FaultPoint.Listener listener)
      throws IOException {
    try {
      collectKnown(needs, listener);
    } catch (NewerFormatException newer) {
      LOG.debug("Old objects are left to nodes of a newer version: {}", newer.getMessage());
    }
  }

  private void collectKnown(List<EpochHeader.Need> needs, FaultPoint.Listener listener)
      throws IOException {
    boolean first = needs.stream().anyMatch(need -> need.partition() == 0);
    long asOf = clock.millis();
    collector.collect(log.newest(), asOf, writers, first, listener);
  }
}
