/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.EpochLog;
import io.statefun.message.TypeName;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochReader;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.SectionSummary;
import io.statefun.state.StateBackend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the chain of epoch objects short: when it has grown too long, a base snapshot is taken of
 * the partition that holds back its oldest end, and what nobody needs any more is deleted. So what
 * is written for bases stays in proportion to what is written for epochs.
 *
 * <p>An epoch object is needed by a partition that changed in it and has no newer base, and by
 * egress records that are not known to have arrived. When records hold back what no partition needs
 * any more, they are put aside into the state.
 *
 * <p>A partition that comes to the node brings the epochs that it needs, which others wrote, and
 * has no base made here before the node has committed an epoch of it.
 */
final class BaseSnapshots {

  private static final Logger LOG = LoggerFactory.getLogger(BaseSnapshots.class);

  private static final long FIRST_PAUSE = 100;
  private static final long LONGEST_PAUSE = 30_000;

  private final NodeServices node;
  private final EpochLog log;
  private final BaseStore store;
  private final FaultPoint.Listener faults;
  private final ScanSource scans;
  private final String attempts;

  /** The epochs that may be needed, in their order. */
  private final NavigableMap<EpochId, Kept> chain = new TreeMap<>(EpochId.IN_ORDER);

  /** By partition of the node what it is restored from. */
  private final Map<Integer, Restore> restores = new TreeMap<>();

  /** What the newest epoch says of that. */
  private volatile List<EpochHeader.Need> committedNeeds = List.of();

  /**
   * Whether this node has committed anything. Before, the store may belong to another process still
   * that was only taken for dead, and nothing of what that one relies on may be deleted.
   */
  private volatile boolean takenOver;

  /** The newest epoch when records held back the collection: before another one, they still do. */
  private long heldBackAt = -1;

  private long chainBytes;
  private @Nullable Scanned requested;
  private BaseStore.@Nullable Writer writer;
  private int partition = -1;
  private long epoch;
  private long attempt;
  private boolean written;
  private boolean collect;
  private int failures;
  private long notBefore = Long.MIN_VALUE;

  BaseSnapshots(
      NodeServices node,
      EpochLog log,
      BaseStore store,
      FaultPoint.Listener faults,
      ScanSource scans,
      String attempts) {
    this.node = node;
    this.log = log;
    this.store = store;
    this.faults = faults;
    this.scans = scans;
    this.attempts = attempts;
  }

  // Told by recovery and by the committer

  /**
   * Takes up a partition that the node gets with its next epoch.
   *
   * @param base the epoch of the base that it was restored from, 0 for none
   * @param bytes how large that is
   * @param history its epochs, in their order
   */
  synchronized void joined(int index, long base, long bytes, List<Kept> history) {
    Restore restore = new Restore(index, base, bytes);
    restores.put(index, restore);
    for (Kept kept : history) {
      Kept known = chain.computeIfAbsent(kept.id, id -> new Kept(id, 0));
      known.bytes += kept.bytes;
      chainBytes += kept.bytes;
      known.take(kept, index);
      restore.add(kept);
    }
  }

  /** Lets go of a partition that the node has no longer. */
  synchronized void left(int index) {
    restores.remove(index);
    chain.values().forEach(kept -> kept.drop(index));
  }

  /**
   * Notes an epoch object that this node has committed.
   *
   * @param needs what it says of the needs of its partitions
   */
  void committed(Kept kept, List<EpochHeader.Need> needs) {
    synchronized (this) {
      chain.put(kept.id, kept);
      chainBytes += kept.bytes;
      for (EpochHeader.Need need : needs) {
        Restore restore = restores.get(need.partition());
        if (restore != null) {
          restore.add(kept);
          restore.committedHere = true;
        }
      }
    }
    committedNeeds = needs;
    takenOver = true;
  }

  /** What partitions of the node would be restored from. */
  synchronized List<EpochHeader.Need> needs(Collection<Integer> partitions) {
    return partitions.stream().sorted().map(this::need).toList();
  }

  private EpochHeader.Need need(int index) {
    Restore restore = Objects.requireNonNull(restores.get(index));
    return new EpochHeader.Need(index, restore.base, List.copyOf(restore.firsts));
  }

  // The loop

  /** Goes on with a base, or with the deletion of what is not needed. */
  boolean step() {
    if (!takenOver || node.clock().millis() < notBefore) {
      return false;
    }
    try {
      boolean any = collect ? collect() : snapshot();
      if (any) {
        failures = 0;
      }
      return any;
    } catch (IOException e) {
      failures++;
      long pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(failures - 1, 20));
      notBefore = node.clock().millis() + pause;
      LOG.warn("A base snapshot failed; next attempt in {} ms: {}", pause, e.toString());
      return true;
    }
  }

  /** When there is something to do again if nobody wakes it, in milliseconds. */
  long nextWakeUp() {
    return failures > 0 ? notBefore : Long.MAX_VALUE;
  }

  private boolean snapshot() throws IOException {
    BaseStore.Writer writing = writer;
    if (writing == null) {
      return begin();
    }
    if (!has(partition)) {
      abandon(writing);
      return true;
    }
    if (!written) {
      written = !writing.writePart();
      return true;
    }
    faults.reached(FaultPoint.BEFORE_BASE_MANIFEST);
    writing.writeManifest();
    faults.reached(FaultPoint.AFTER_BASE_MANIFEST);
    synchronized (this) {
      Restore restore = restores.get(partition);
      if (restore != null) {
        restore.base = epoch;
        restore.baseBytes = writing.bytes();
        restore.find(chain, kept -> false);
      }
    }
    abandon(writing);
    collect = true;
    return true;
  }

  private void abandon(BaseStore.Writer writing) {
    writing.close();
    writer = null;
  }

  private synchronized boolean has(int index) {
    return restores.containsKey(index);
  }

  private boolean begin() {
    Scanned scanned = requested;
    if (scanned == null) {
      int oldest = oldest();
      if (oldest < 0) {
        return false;
      }
      partition = oldest;
      requested = new Scanned();
      scans.request(oldest, requested);
      return true;
    }
    if (scanned.refused) {
      requested = null;
      return true;
    }
    StateBackend.Cursor cursor = scanned.cursor;
    if (cursor == null) {
      return false;
    }
    requested = null;
    epoch = scanned.epoch;
    written = false;
    writer = store.write(partition, epoch, attempts + "-" + attempt++, cursor);
    return true;
  }

  /** The partition that needs the oldest epoch object, or -1 if the chain is short enough. */
  private synchronized int oldest() {
    long baseBytes = restores.values().stream().mapToLong(restore -> restore.baseBytes).sum();
    long limit = Math.max(node.limits().maxChainBytes(), baseBytes);
    if (newest() == heldBackAt
        || (chainBytes <= limit && chain.size() <= node.limits().maxChainLength())) {
      return -1;
    }
    Restore oldest = null;
    for (Restore restore : restores.values()) {
      if (restore.committedHere
          && restore.firstChange != null
          && (oldest == null
              || EpochId.IN_ORDER.compare(restore.firstChange, oldest.firstChange) < 0)) {
        oldest = restore;
      }
    }
    if (oldest == null) {
      collect = true;
      return -1;
    }
    return oldest.partition;
  }

  private synchronized long newest() {
    return chain.isEmpty() ? 0 : chain.lastKey().epoch();
  }

  private boolean collect() throws IOException {
    collect = false;
    long base = base(partition);
    if (base > 0) {
      store.deleteBefore(partition, base, faults);
    }
    if (findNeeds()) {
      scans.putAside();
      heldBackAt = newest();
    }
    log.collect(committedNeeds, faults);
    forget();
    return true;
  }

  private synchronized long base(int index) {
    Restore restore = restores.get(index);
    return restore == null ? 0 : restore.base;
  }

  /**
   * Finds out what is needed no longer since records have arrived.
   *
   * @return whether records alone hold back some epochs
   */
  private synchronized boolean findNeeds() {
    boolean heldBack = false;
    for (Restore restore : restores.values()) {
      restore.find(chain, kept -> scans.coversAll(kept.recordsOf(restore.partition)));
      heldBack |= restore.isHeldBack();
    }
    return heldBack;
  }

  /** Forgets what no partition of the node needs; the newest epochs count always. */
  private synchronized void forget() {
    if (chain.isEmpty()) {
      return;
    }
    EpochId needed =
        Stream.concat(
                committedNeeds.stream().map(EpochHeader.Need::firsts),
                restores.values().stream().map(restore -> restore.firsts))
            .filter(firsts -> !firsts.isEmpty())
            .map(firsts -> firsts.get(0))
            .min(EpochId.IN_ORDER)
            .filter(first -> EpochId.IN_ORDER.compare(first, chain.lastKey()) < 0)
            .orElse(chain.lastKey());
    NavigableMap<EpochId, Kept> needless = chain.headMap(needed, false);
    needless.values().forEach(kept -> chainBytes -= kept.bytes);
    needless.clear();
  }

  /** What a partition of the node is restored from. */
  private static final class Restore {

    private final int partition;
    private long base;
    private long baseBytes;
    private boolean committedHere;

    /** The first epoch after the base that changed the partition. */
    private @Nullable EpochId firstChange;

    /** The first epoch of each writer that is needed. */
    private final List<EpochId> firsts = new ArrayList<>();

    Restore(int partition, long base, long baseBytes) {
      this.partition = partition;
      this.base = base;
      this.baseBytes = baseBytes;
    }

    /** Takes the next epoch of the partition. */
    void add(Kept kept) {
      boolean changes = kept.id.epoch() > base && kept.changed.contains(partition);
      if (changes && firstChange == null) {
        firstChange = kept.id;
      }
      add(kept, changes || kept.hasRecordsOf(partition));
    }

    /**
     * Once an epoch is needed, so are all that follow, or there would be a gap before the newest.
     */
    private void add(Kept kept, boolean needed) {
      if (firsts.isEmpty()
          ? needed
          : !firsts.get(firsts.size() - 1).writer().equals(kept.id.writer())) {
        firsts.add(kept.id);
      }
    }

    /**
     * Finds out what is needed no longer, since there is another base, or records have arrived.
     * What was not needed before may be gone, and is not needed now.
     */
    void find(NavigableMap<EpochId, Kept> chain, Predicate<Kept> arrived) {
      if (firsts.isEmpty()) {
        return;
      }
      Collection<Kept> needed = chain.tailMap(firsts.get(0), true).values();
      firstChange = null;
      firsts.clear();
      for (Kept kept : needed) {
        if (kept.partitions.contains(partition)) {
          boolean changes = kept.id.epoch() > base && kept.changed.contains(partition);
          if (changes && firstChange == null) {
            firstChange = kept.id;
          }
          add(
              kept,
              changes || firsts.isEmpty() && kept.hasRecordsOf(partition) && !arrived.test(kept));
        }
      }
    }

    /** Whether records need an epoch that no change does. */
    boolean isHeldBack() {
      return !firsts.isEmpty() && !firsts.get(0).equals(firstChange);
    }
  }

  /** An epoch object that is there. Guarded by the bases that it belongs to. */
  static final class Kept {

    private final EpochId id;
    private long bytes;

    /** Those whose history it belongs to. */
    private final Set<Integer> partitions = new HashSet<>();

    /** Those whose state changed in it. */
    private final Set<Integer> changed = new HashSet<>();

    /** The highest number of the egress records in it. */
    private final Map<RecordSource, Long> records = new HashMap<>();

    Kept(EpochId id, long bytes) {
      this.id = id;
      this.bytes = bytes;
    }

    EpochId id() {
      return id;
    }

    /** Notes what an epoch has of a partition. */
    void add(int partition, SectionSummary summary) {
      partitions.add(partition);
      if (summary.changed()) {
        changed.add(partition);
      }
      summary
          .newestRecords()
          .forEach(
              (egress, number) ->
                  records.put(new RecordSource(partition, TypeName.parse(egress)), number));
    }

    /** What an object has of one partition. */
    static Kept of(EpochReader epoch, int partition) {
      Kept kept = new Kept(epoch.header().id(), epoch.sectionLength(partition));
      kept.add(partition, epoch.summary(partition));
      return kept;
    }

    private void take(Kept other, int partition) {
      partitions.add(partition);
      if (other.changed.contains(partition)) {
        changed.add(partition);
      }
      records.putAll(other.recordsOf(partition));
    }

    private void drop(int partition) {
      partitions.remove(partition);
      changed.remove(partition);
      records.keySet().removeIf(source -> source.partition() == partition);
    }

    private boolean hasRecordsOf(int partition) {
      return records.keySet().stream().anyMatch(source -> source.partition() == partition);
    }

    private Map<RecordSource, Long> recordsOf(int partition) {
      return records.entrySet().stream()
          .filter(entry -> entry.getKey().partition() == partition)
          .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    static Kept of(EpochId id, long bytes, Iterable<EpochPart> parts) {
      Kept kept = new Kept(id, bytes);
      for (EpochPart part : parts) {
        for (PartitionEpoch partition : part.partitions) {
          kept.add(partition.partition.index, partition.summary());
        }
      }
      return kept;
    }
  }

  /** Where egress records come from and go to. */
  record RecordSource(int partition, TypeName egress) {}

  /** The content of a partition, once the applier has opened it. */
  static final class Scanned {
    long epoch;

    /** The node has the partition no longer. */
    volatile boolean refused;

    volatile StateBackend.@Nullable Cursor cursor;
  }

  /** What bases are made from. */
  interface ScanSource {

    /** Has the content of a partition opened, with everything that is committed by then. */
    void request(int partition, Scanned result);

    /** Whether the backend knows that these records, and those before, have arrived or has them. */
    boolean coversAll(Map<RecordSource, Long> records);

    /** Has all records that are not known to have arrived put aside into the state. */
    void putAside();
  }
}
