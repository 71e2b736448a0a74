/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.CommittedEpochs;
import io.statefun.cluster.MessageLog;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochReader;
import io.statefun.snapshot.EpochReaders;
import io.statefun.state.StateBackend;
import io.statefun.wire.CorruptDataException;
import io.statefun.wire.NewerFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps copies of partitions that other processes have, so that this one can take them over without
 * fetching their state: again and again it asks which epochs are committed, and brings what changed
 * in them from the epoch objects into the backend. As with the partitions of the node, what the
 * backend loses is fetched again.
 *
 * <p>In the same way it fetches the state of partitions that this process is about to get, before
 * the node gets them: so they may be far behind, and leave again, while the node goes on. And it
 * removes the state of partitions that have been elsewhere for a while.
 *
 * <p>It writes nothing of a partition that the node has or takes. {@link #step} is called by one
 * thread, everything else by any.
 */
final class Standby {

  private static final Logger LOG = LoggerFactory.getLogger(Standby.class);

  private static final long FIRST_PAUSE = 500;
  private static final long LONGEST_PAUSE = 30_000;

  /** A partition that went elsewhere may come back, as when all processes are restarted in turn. */
  private static final long KEPT_UNUSED = 10 * 60_000;

  private static final long TIDYING_INTERVAL = 60_000;

  /** How long after an interval has passed a copy is still current. */
  private static final long GRACE = 5_000;

  private final CommittedEpochs committed;
  private final EpochReaders epochs;
  private final BaseStore bases;
  private final StateBackend backend;
  private final int partitions;
  private final InstantSource clock;
  private final long interval;

  /** The partitions that copies are kept of, while the node does not have them. */
  private final Set<Integer> kept = new HashSet<>();

  /** Those of them that come to this process when their copies are current. */
  private final Set<Integer> warmUps = new HashSet<>();

  /** Those that this process owns, and the node does not have yet. */
  private final Set<Integer> expected = new HashSet<>();

  /** Those that the node has or gets. */
  private final Set<Integer> taken = new HashSet<>();

  /** How far the copies are. */
  private final Map<Integer, Progress> progress = new HashMap<>();

  /** Those that are being written, each by one thread. */
  private final Set<Integer> copying = new HashSet<>();

  /** Since when nobody uses what the backend has of partitions. */
  private final Map<Integer, Long> unusedSince = new HashMap<>();

  /** What is to be copied, up to which epoch; seen by the thread alone. */
  private final Deque<Target> targets = new ArrayDeque<>();

  private long notBefore = Long.MIN_VALUE;
  private long nextTidying = Long.MIN_VALUE;
  private volatile int failures;

  /**
   * @param epochs opens the epoch objects
   * @param interval how often it asks for new epochs
   */
  Standby(
      CommittedEpochs committed,
      EpochReaders epochs,
      BaseStore bases,
      StateBackend backend,
      int partitions,
      InstantSource clock,
      Duration interval) {
    this.committed = committed;
    this.epochs = epochs;
    this.bases = bases;
    this.backend = backend;
    this.partitions = partitions;
    this.clock = clock;
    this.interval = interval.toMillis();
  }

  // Told by others

  /**
   * Has copies kept of these partitions, and of no others.
   *
   * @param first those of them that come to this process when their copies are current
   */
  synchronized void keep(Set<Integer> wanted, Set<Integer> first) {
    kept.clear();
    kept.addAll(wanted);
    warmUps.clear();
    warmUps.addAll(first);
    progress.keySet().retainAll(wanted);
  }

  /** This process owns partitions, and the node will have them soon. */
  synchronized void expect(Set<Integer> some) {
    expected.addAll(some);
  }

  /** The node has partitions that were expected. */
  synchronized void arrived(Set<Integer> some) {
    expected.removeAll(some);
  }

  /** The node gets partitions: waits until nothing is written of them, and nothing will be. */
  synchronized void take(Collection<Integer> some) {
    taken.addAll(some);
    progress.keySet().removeAll(some);
    awaitWritten(some);
  }

  private synchronized void awaitWritten(Collection<Integer> some) {
    boolean interrupted = false;
    while (!Collections.disjoint(copying, some)) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The node has partitions no longer, and writes nothing of them. */
  synchronized void giveBack(Collection<Integer> some) {
    taken.removeAll(some);
    expected.removeAll(some);
  }

  /** The node has none. */
  synchronized void giveBackAll() {
    taken.clear();
    expected.clear();
  }

  /** What the backend has of partitions; also of those without any state, if that is current. */
  Map<Integer, MessageLog.Copy> copies() {
    Map<Integer, MessageLog.Copy> copies = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      long epoch = backend.open(partition).epoch();
      boolean current = isCurrent(partition);
      if (epoch > 0 || current) {
        copies.put(partition, new MessageLog.Copy(epoch, current));
      }
    }
    return copies;
  }

  /**
   * Whether the node has the partition, or its copy has all that was committed when that was last
   * asked for. That must have been a moment ago, as the first copy of a large state takes long; or
   * it was the second time in a row, so that it has brought little, however many copies there are.
   */
  private synchronized boolean isCurrent(int partition) {
    if (taken.contains(partition)) {
      return true;
    }
    Progress known = progress.get(partition);
    return known != null
        && known.behind() == 0
        && failures == 0
        && (known.again() || clock.millis() - known.looked() <= interval + GRACE);
  }

  /**
   * Brings partitions up to what is committed by now, unless the node has them.
   *
   * @return completes when that is done, or could not be: who takes them fetches what is missing
   */
  CompletableFuture<Void> fetch(Set<Integer> some, Executor executor) {
    CompletableFuture<Map<Integer, EpochId>> newest = new CompletableFuture<>();
    executor.execute(() -> newest.complete(newestOrNothing()));
    return newest.thenCompose(
        epochs ->
            CompletableFuture.allOf(
                some.stream()
                    .map(partition -> fetch(partition, epochs, executor))
                    .toArray(CompletableFuture<?>[]::new)));
  }

  private Map<Integer, EpochId> newestOrNothing() {
    try {
      return committed.newest();
    } catch (IOException | RuntimeException e) {
      LOG.debug("The state of partitions is not fetched before they come", e);
      return Map.of();
    }
  }

  private CompletableFuture<Void> fetch(
      int partition, Map<Integer, EpochId> newest, Executor executor) {
    CompletableFuture<Void> fetched = new CompletableFuture<>();
    executor.execute(
        () -> {
          try {
            awaitWritten(Set.of(partition));
            copy(target(partition, newest), false);
          } catch (IOException | RuntimeException e) {
            LOG.debug("The state of partition {} is not fetched before it comes", partition, e);
          } finally {
            fetched.complete(null);
          }
        });
    return fetched;
  }

  /** How the copies do. */
  synchronized EngineStatus.Standby status() {
    List<Integer> copies = copied();
    List<Progress> begun = progress.values().stream().toList();
    long most = begun.stream().mapToLong(Progress::behind).max().orElse(0);
    Set<Integer> coming = new HashSet<>(warmUps);
    coming.removeAll(taken);
    coming.addAll(expected);
    return new EngineStatus.Standby(copies.size(), begun.size(), most, failures, coming.size());
  }

  // The loop

  /** Finds out what is committed, or brings one copy up to it. */
  boolean step() {
    try {
      Target target = targets.poll();
      if (target != null) {
        copy(target, true);
        failures = targets.isEmpty() ? 0 : failures;
        return true;
      }
      if (clock.millis() < notBefore) {
        return false;
      }
      rest(interval);
      tidy();
      return look();
    } catch (IOException | UncheckedIOException | CorruptDataException | NewerFormatException e) {
      targets.clear();
      failures++;
      long pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(failures - 1, 20));
      rest(pause);
      LOG.warn(
          "Copies of other processes' partitions are not kept current after {} attempts; next one"
              + " in {} ms: {}",
          failures,
          pause,
          e.toString());
      return true;
    }
  }

  /** When there is something to do again, in milliseconds. */
  long nextWakeUp() {
    return notBefore;
  }

  private void rest(long millis) {
    notBefore = clock.millis() + millis;
  }

  /** All copies are as far as they were to come; finds out how far they are to come next. */
  private boolean look() throws IOException {
    List<Integer> copies = copied();
    if (copies.isEmpty()) {
      return false;
    }
    Map<Integer, EpochId> newest = committed.newest();
    for (int partition : copies) {
      targets.add(target(partition, newest));
    }
    return true;
  }

  private Target target(int partition, Map<Integer, EpochId> newest) {
    return new Target(partition, newest.getOrDefault(partition, EpochId.NONE), clock.millis());
  }

  private void tidy() {
    long now = clock.millis();
    if (now < nextTidying) {
      return;
    }
    nextTidying = now + TIDYING_INTERVAL;
    for (int partition : copies().keySet()) {
      if (isUnused(partition, now) && begin(partition, false)) {
        try {
          backend.open(partition).clear();
          LOG.info("Removed the local state of partition {}, which is elsewhere", partition);
        } finally {
          end(partition, null);
        }
      }
    }
  }

  private synchronized boolean isUnused(int partition, long now) {
    if (kept.contains(partition) || taken.contains(partition) || copying.contains(partition)) {
      unusedSince.remove(partition);
      return false;
    }
    return now - unusedSince.computeIfAbsent(partition, key -> now) >= KEPT_UNUSED;
  }

  private synchronized List<Integer> copied() {
    return kept.stream()
        .filter(this::isCopied)
        .sorted(
            Comparator.comparing((Integer copy) -> !warmUps.contains(copy))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private synchronized boolean isCopied(int partition) {
    return kept.contains(partition) && !taken.contains(partition);
  }

  private void copy(Target target, boolean onlyIfKept) throws IOException {
    int partition = target.partition();
    StateBackend.PartitionStore store = backend.open(partition);
    if (!begin(partition, onlyIfKept)) {
      return;
    }
    try {
      follow(target, store);
    } finally {
      long behind = Math.max(0, target.newest().epoch() - store.epoch());
      end(partition, new Progress(behind, target.looked(), false));
    }
  }

  private synchronized boolean begin(int partition, boolean onlyIfKept) {
    boolean wanted = onlyIfKept ? isCopied(partition) : !taken.contains(partition);
    unusedSince.remove(partition);
    return wanted && copying.add(partition);
  }

  private synchronized void end(int partition, @Nullable Progress made) {
    copying.remove(partition);
    if (made != null && isCopied(partition)) {
      progress.merge(partition, made, Progress::then);
    }
    notifyAll();
  }

  private void follow(Target target, StateBackend.PartitionStore store) throws IOException {
    if (store.epoch() >= target.newest().epoch()) {
      return;
    }
    EpochReader newest = epochs.find(target.newest());
    if (newest == null) {
      return;
    }
    EpochHeader.Need need = newest.header().need(target.partition());
    if (store.epoch() < need.base() && !beginAnew(target, need, store)) {
      return;
    }
    List<EpochReader> chain = chain(target, need, store.epoch());
    if (chain != null) {
      Replay.replay(target.partition(), chain, store);
    }
  }

  /** Goes on from the newest base, as the epochs before are no longer there. */
  private boolean beginAnew(Target target, EpochHeader.Need need, StateBackend.PartitionStore store)
      throws IOException {
    long base = bases.newest(target.partition());
    if (base < need.base() || base > target.newest().epoch()) {
      return false;
    }
    store.clear();
    bases.restore(target.partition(), base, store);
    return true;
  }

  /**
   * The epochs of a partition after one, or null if some are no longer there, since a newer one
   * that does not need them is committed.
   */
  private @Nullable List<EpochReader> chain(Target target, EpochHeader.Need need, long after)
      throws IOException {
    List<EpochReader> chain = new ArrayList<>();
    EpochId next = target.newest();
    long first = Math.max(after + 1, need.firstOr(next.epoch()));
    while (next.epoch() >= first) {
      EpochReader epoch = epochs.find(next);
      if (epoch == null) {
        return null;
      }
      chain.add(epoch);
      next = epoch.header().previous(target.partition());
    }
    Collections.reverse(chain);
    return chain;
  }

  /**
   * How far a copy is to come.
   *
   * @param looked when the newest epoch was asked for
   */
  private record Target(int partition, EpochId newest, long looked) {}

  /**
   * How far a copy has come.
   *
   * @param behind by how many epochs it is behind the newest one that was known
   * @param looked when that was asked for
   * @param again whether it had come as far as it was to come the time before, too
   */
  private record Progress(long behind, long looked, boolean again) {

    Progress then(Progress next) {
      return new Progress(next.behind, next.looked, behind == 0);
    }
  }
}
