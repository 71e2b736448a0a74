/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochLog;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteReader;
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
 * egress records that are not known to have arrived.
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

  /** What each partition would be restored from. */
  synchronized List<EpochWriter.Need> needs() {
    List<EpochWriter.Need> needs = new ArrayList<>(bases.length);
    for (int index = 0; index < bases.length; index++) {
      long first = firstNeeded[index];
      needs.add(new EpochWriter.Need(bases[index], first == NONE ? 0 : first));
    }
    return needs;
  }

  private synchronized long base(int index) {
    return bases[index];
  }

  // The loop

  /** Goes on with a base, or with the deletion of what is not needed. */
  boolean step() {
    if (node.clock().millis() < notBefore) {
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
    for (Kept kept : chain) {
      if (kept.epoch() > after && Arrays.stream(kept.changed()).anyMatch(it -> it == index)) {
        return kept.epoch();
      }
    }
    return NONE;
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
    if (chainBytes <= limit && chain.size() <= node.limits().maxChainLength()) {
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

  private boolean collect() throws IOException {
    collect = false;
    if (partition >= 0) {
      store.deleteBefore(partition, base(partition), faults);
    }
    long needed = firstNeeded();
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

  /** The first epoch object that must stay; the newest stays always, for its pending messages. */
  private synchronized long firstNeeded() {
    if (chain.isEmpty()) {
      return 0;
    }
    long needed = chain.getLast().epoch();
    for (long first : firstNeeded) {
      needed = Math.min(needed, first);
    }
    for (Kept kept : chain) {
      if (kept.epoch() >= needed) {
        break;
      }
      if (!scans.allArrived(kept.records())) {
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

    static Kept of(long epoch, long bytes, Iterable<EpochPart> parts) {
      List<Integer> changed = new ArrayList<>();
      Map<RecordSource, Long> records = new HashMap<>();
      for (EpochPart part : parts) {
        for (PartitionEpoch partition : part.partitions) {
          if (!partition.rows.isEmpty() || !partition.changes.isEmpty()) {
            changed.add(partition.partition.index);
          }
          for (OutgoingRecord outgoing : partition.egress) {
            records.put(
                new RecordSource(outgoing.partition(), outgoing.egress()), outgoing.number());
          }
        }
      }
      return new Kept(
          epoch, bytes, changed.stream().mapToInt(Integer::intValue).toArray(), records);
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

    /** Whether it is stored that these records, and those before, have arrived. */
    boolean allArrived(Map<RecordSource, Long> records);
  }

  static boolean hasArrived(StateBackend.PartitionStore store, TypeName egress, long number) {
    byte[] stored = store.get(Keys.acknowledged(egress));
    return stored != null && new ByteReader(stored).readVarLong() >= number;
  }
}
