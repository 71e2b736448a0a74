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
import io.statefun.snapshot.FaultPoint;
import io.statefun.state.StateBackend;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 */
final class BaseSnapshots {

  private static final Logger LOG = LoggerFactory.getLogger(BaseSnapshots.class);

  private static final long NONE = Long.MAX_VALUE;
  private static final long FIRST_PAUSE = 100;
  private static final long LONGEST_PAUSE = 30_000;

  private final NodeServices node;
  private final EpochLog log;
  private final BaseStore store;
  private final FaultPoint.Listener faults;
  private final ScanSource scans;
  private final String attempts;
  private final ArrayDeque<Kept> chain = new ArrayDeque<>();
  private final long[] firstNeeded;
  private final long[] bases;
  private final long[] baseBytes;

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
    int count = node.partitions();
    this.firstNeeded = new long[count];
    Arrays.fill(firstNeeded, NONE);
    this.bases = new long[count];
    this.baseBytes = new long[count];
  }

  // Told by recovery and by the committer

  /** Notes the base that a partition was restored from. */
  synchronized void restored(int index, long base, long bytes) {
    bases[index] = base;
    baseBytes[index] = bytes;
  }

  /** Notes an epoch object, in the order of their numbers. */
  synchronized void added(Kept kept) {
    chain.add(kept);
    chainBytes += kept.bytes();
    for (int index : kept.changed()) {
      if (kept.epoch() > bases[index]) {
        firstNeeded[index] = Math.min(firstNeeded[index], kept.epoch());
      }
    }
  }

  /** Notes an epoch object that this node has committed. */
  void committed(Kept kept) {
    added(kept);
    takenOver = true;
  }

  /** What each partition would be restored from. */
  synchronized List<EpochHeader.Need> needs() {
    List<EpochHeader.Need> needs = new ArrayList<>(bases.length);
    for (int index = 0; index < bases.length; index++) {
      long first = firstNeeded[index];
      needs.add(new EpochHeader.Need(index, bases[index], first == NONE ? 0 : first));
    }
    return needs;
  }

  private synchronized long base(int index) {
    return bases[index];
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
    if (!written) {
      written = !writing.writePart();
      return true;
    }
    faults.reached(FaultPoint.BEFORE_BASE_MANIFEST);
    writing.writeManifest();
    faults.reached(FaultPoint.AFTER_BASE_MANIFEST);
    synchronized (this) {
      bases[partition] = epoch;
      baseBytes[partition] = writing.bytes();
      firstNeeded[partition] = firstChange(partition, epoch);
    }
    writing.close();
    writer = null;
    collect = true;
    return true;
  }

  /** The first epoch after another one that changed a partition, or {@link #NONE}. */
  private long firstChange(int index, long after) {
    return chain.stream()
        .filter(kept -> kept.epoch() > after && kept.hasChanged(index))
        .mapToLong(Kept::epoch)
        .findFirst()
        .orElse(NONE);
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
    long limit = Math.max(node.limits().maxChainBytes(), Arrays.stream(baseBytes).sum());
    if (newest() == heldBackAt
        || (chainBytes <= limit && chain.size() <= node.limits().maxChainLength())) {
      return -1;
    }
    int oldest = -1;
    for (int index = 0; index < firstNeeded.length; index++) {
      if (firstNeeded[index] != NONE && (oldest < 0 || firstNeeded[index] < firstNeeded[oldest])) {
        oldest = index;
      }
    }
    if (oldest < 0) {
      collect = true;
    }
    return oldest;
  }

  private synchronized long newest() {
    return chain.isEmpty() ? 0 : chain.getLast().epoch();
  }

  private boolean collect() throws IOException {
    collect = false;
    if (partition >= 0) {
      store.deleteBefore(partition, base(partition), faults);
    }
    long needed = firstNeeded();
    long undelivered = firstUndelivered(needed);
    if (undelivered < needed) {
      scans.putAside();
      heldBackAt = newest();
      needed = undelivered;
    }
    if (needed > 0) {
      log.deleteBefore(needed, faults);
      forgetBefore(needed);
    }
    return true;
  }

  private synchronized void forgetBefore(long needed) {
    while (!chain.isEmpty() && chain.getFirst().epoch() < needed) {
      chainBytes -= chain.removeFirst().bytes();
    }
  }

  /**
   * The first epoch object that a partition needs; the newest one counts always, for its pending
   * messages.
   */
  private synchronized long firstNeeded() {
    if (chain.isEmpty()) {
      return 0;
    }
    long needed = chain.getLast().epoch();
    for (long first : firstNeeded) {
      needed = Math.min(needed, first);
    }
    return needed;
  }

  /** The first epoch object before that one which has records that it must keep, or that one. */
  private synchronized long firstUndelivered(long needed) {
    for (Kept kept : chain) {
      if (kept.epoch() >= needed) {
        break;
      }
      if (!scans.coversAll(kept.records())) {
        return kept.epoch();
      }
    }
    return needed;
  }

  /**
   * An epoch object that is there.
   *
   * @param changed the partitions whose state changed in it
   * @param records the highest number of the egress records in it, by partition and egress
   */
  record Kept(long epoch, long bytes, int[] changed, Map<RecordSource, Long> records) {

    boolean hasChanged(int index) {
      return Arrays.stream(changed).anyMatch(other -> other == index);
    }

    static Kept of(long epoch, long bytes, Iterable<EpochPart> parts) {
      List<Integer> changed = new ArrayList<>();
      Map<RecordSource, Long> records = new HashMap<>();
      for (EpochPart part : parts) {
        for (PartitionEpoch partition : part.partitions) {
          if (partition.hasChanges()) {
            changed.add(partition.partition.index);
          }
          noteNewest(partition.egress, records);
        }
      }
      return new Kept(
          epoch, bytes, changed.stream().mapToInt(Integer::intValue).toArray(), records);
    }

    /** The records of a partition are in the order of their numbers. */
    private static void noteNewest(List<OutgoingRecord> egress, Map<RecordSource, Long> records) {
      for (int i = egress.size() - 1; i >= 0; i--) {
        OutgoingRecord outgoing = egress.get(i);
        if (i == egress.size() - 1 || !outgoing.egress().equals(egress.get(i + 1).egress())) {
          records.putIfAbsent(
              new RecordSource(outgoing.partition(), outgoing.egress()), outgoing.number());
        }
      }
    }
  }

  /** Where egress records come from and go to. */
  record RecordSource(int partition, TypeName egress) {}

  /** The content of a partition, once the applier has opened it. */
  static final class Scanned {
    long epoch;
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
