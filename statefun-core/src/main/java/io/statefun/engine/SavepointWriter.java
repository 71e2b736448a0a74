/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.SectionSummary;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the parts that a node's partitions have in a savepoint, of one savepoint at a time: first
 * the state, as it was when the epoch ended, and then, when all that was on its way has come, that
 * and the rest. A newer savepoint takes the place of an older one, whose parts that are not there
 * yet will never be.
 *
 * <p>Whoever finds that a part will never be there gives the savepoint up, in place of the
 * coordinator, which cannot know.
 *
 * <p>The committer, the applier and who moves partitions tell it what there is; one thread writes.
 */
final class SavepointWriter {

  private static final Logger LOG = LoggerFactory.getLogger(SavepointWriter.class);

  /** How often to look whether the savepoint was given up, while parts wait. */
  private static final long LOOK_MILLIS = 60_000;

  private final SavepointStore store;
  private final FaultPoint.Listener faults;
  private final String attempts;
  private final ByteWriter buffer = new ByteWriter(1024);
  private long attempt;

  // Guarded by this
  private long number;
  private final Map<Integer, Part> parts = new TreeMap<>();
  private final List<StateBackend.Cursor> unwanted = new ArrayList<>();

  /** Of savepoints that cannot become complete any more, why. */
  private final NavigableMap<Long, String> hopeless = new TreeMap<>();

  /** The partitions that have come from elsewhere with a part in a savepoint. */
  private final NavigableMap<Long, Set<Integer>> newcomers = new TreeMap<>();

  // Of the thread that writes
  private long lookedAt;

  SavepointWriter(SavepointStore store, FaultPoint.Listener faults, String attempts) {
    this.store = store;
    this.faults = faults;
    this.attempts = attempts;
  }

  // Told by others

  /** The last epoch before a savepoint is committed. */
  synchronized void committed(EpochId id, Collection<EpochPart> ended) {
    for (EpochPart of : ended) {
      if (isNewest(of.savepoint)) {
        for (PartitionEpoch partition : of.partitions) {
          part(partition.partition.index).take(id, partition, of.positions);
        }
      }
    }
  }

  /** The states of partitions are open as they were at a savepoint. */
  synchronized void opened(long savepoint, Map<Integer, StateBackend.Cursor> contents) {
    if (isNewest(savepoint)) {
      contents.forEach((index, content) -> part(index).content = content);
    } else {
      unwanted.addAll(contents.values());
    }
  }

  /**
   * A partition comes from elsewhere, or from before a restart.
   *
   * @param savepoint the newest one that it has a part in, which may not have been written
   */
  synchronized void came(int index, long savepoint) {
    if (savepoint > 0) {
      newcomers.computeIfAbsent(savepoint, key -> new TreeSet<>()).add(index);
    }
  }

  /** A partition that has come is past a savepoint in which it has no part. */
  synchronized void passed(long savepoint, int index) {
    hopeless.putIfAbsent(
        savepoint, "partition " + index + " went to another process before it had its part");
  }

  /** A partition is here no longer, nor what came to it. */
  synchronized void left(int index) {
    drop(parts.remove(index));
  }

  private boolean isNewest(long savepoint) {
    if (savepoint > number) {
      number = savepoint;
      parts.values().forEach(this::drop);
      parts.clear();
    }
    return savepoint == number;
  }

  private void drop(@Nullable Part part) {
    if (part != null) {
      part.dropped = true;
      if (part.channels != null) {
        part.channels.abandon();
      }
      if (part.content != null) {
        unwanted.add(part.content);
      }
    }
  }

  private Part part(int index) {
    return parts.computeIfAbsent(index, Part::new);
  }

  // The loop

  /**
   * Writes something, if there is anything to be written at the moment.
   *
   * @param now the time, in milliseconds
   */
  boolean step(long now) throws IOException {
    lookAtAbandoned();
    if (giveUpHopeless() || checkNewcomers() || lookWhetherWanted(now)) {
      return true;
    }
    List<StateBackend.Cursor> closing = takeUnwanted();
    closing.forEach(StateBackend.Cursor::close);
    Part next = next();
    if (next == null) {
      return !closing.isEmpty();
    }
    long savepoint = next.savepoint;
    if (!next.stateWritten) {
      writeState(next, savepoint);
    } else if (!next.channelsWritten) {
      writeChannels(next, savepoint);
    } else {
      writeRest(next, savepoint);
    }
    return true;
  }

  /** Parts to which more was on its way than may be. */
  private synchronized void lookAtAbandoned() {
    for (Part part : List.copyOf(parts.values())) {
      if (part.channels != null && part.channels.isAbandoned()) {
        hopeless.putIfAbsent(number, "too much was on its way to partition " + part.index);
        parts.remove(part.index);
        drop(part);
      }
    }
  }

  private boolean giveUpHopeless() throws IOException {
    Map.Entry<Long, String> next = firstHopeless();
    if (next == null) {
      return false;
    }
    if (store.isOpen(next.getKey()) && store.giveUp(next.getKey(), next.getValue())) {
      LOG.warn("Savepoint {} is given up: {}", next.getKey(), next.getValue());
    }
    synchronized (this) {
      hopeless.remove(next.getKey());
    }
    return true;
  }

  private synchronized Map.@Nullable Entry<Long, String> firstHopeless() {
    return hopeless.firstEntry();
  }

  /**
   * Whether partitions that have come have the parts there that they are to have. If a process has
   * died before it wrote one, nobody will.
   */
  private boolean checkNewcomers() throws IOException {
    Map.Entry<Long, Set<Integer>> next = newestNewcomers();
    if (next == null) {
      return false;
    }
    long savepoint = next.getKey();
    if (store.isOpen(savepoint)) {
      Set<Integer> lacking = new TreeSet<>(next.getValue());
      lacking.removeAll(store.parts(savepoint).keySet());
      if (!lacking.isEmpty()) {
        synchronized (this) {
          hopeless.putIfAbsent(
              savepoint, "the process with partitions " + lacking + " had to write their parts");
        }
      }
    }
    synchronized (this) {
      // Of older ones none can be open: a coordinator takes one after the other.
      newcomers.headMap(savepoint, true).clear();
    }
    return true;
  }

  private synchronized Map.@Nullable Entry<Long, Set<Integer>> newestNewcomers() {
    Map.Entry<Long, Set<Integer>> newest = newcomers.lastEntry();
    return newest == null ? null : Map.entry(newest.getKey(), Set.copyOf(newest.getValue()));
  }

  /** Parts that wait for what will not come must not do so for ever. */
  private boolean lookWhetherWanted(long now) throws IOException {
    long current = waitingFor();
    if (current == 0 || (now >= lookedAt && now - lookedAt < LOOK_MILLIS)) {
      return false;
    }
    lookedAt = now;
    if (!store.isOpen(current)) {
      synchronized (this) {
        if (number == current) {
          parts.values().forEach(this::drop);
          parts.clear();
        }
      }
    }
    return true;
  }

  private synchronized long waitingFor() {
    return parts.isEmpty() ? 0 : number;
  }

  private synchronized List<StateBackend.Cursor> takeUnwanted() {
    List<StateBackend.Cursor> closing = List.copyOf(unwanted);
    unwanted.clear();
    return closing;
  }

  private synchronized @Nullable Part next() {
    for (Part part : parts.values()) {
      if (part.canGoOn()) {
        part.savepoint = number;
        return part;
      }
    }
    return null;
  }

  /** Whether parts wait for what is on its way to them. */
  synchronized boolean waits() {
    return !parts.isEmpty();
  }

  private void writeState(Part part, long savepoint) throws IOException {
    BaseStore.Writer writer = part.writer;
    if (writer == null) {
      StateBackend.Cursor content = Objects.requireNonNull(part.content);
      writer =
          store
              .states(savepoint)
              .write(part.index, part.epoch().epoch(), attempts + "-" + attempt++, content);
      part.writer = writer;
    }
    if (!writer.writePart()) {
      writer.writeManifest();
      part.bytes = writer.bytes();
      part.stateWritten = true;
      closeState(part);
    }
  }

  private synchronized void closeState(Part part) {
    StateBackend.Cursor content = part.content;
    part.content = null;
    if (content != null) {
      unwanted.add(content);
    }
  }

  private void writeChannels(Part part, long savepoint) throws IOException {
    ChannelRecorder channels = Objects.requireNonNull(part.channels);
    BaseStore.Writer writer = part.channelWriter;
    if (writer == null && !channels.isEmpty()) {
      writer =
          store
              .channels(savepoint)
              .write(
                  part.index, part.epoch().epoch(), attempts + "-" + attempt++, channels.content());
      part.channelWriter = writer;
    }
    if (writer == null) {
      part.channelsWritten = true;
    } else if (!writer.writePart()) {
      writer.writeManifest();
      part.channelBytes = writer.bytes();
      part.channelsWritten = true;
    }
  }

  private void writeRest(Part part, long savepoint) throws IOException {
    EpochWriter rest = new EpochWriter();
    rest.begin();
    rest.beginSection(part.index, SectionSummary.NOTHING);
    part.writeRest(rest, buffer);
    faults.reached(FaultPoint.BEFORE_SAVEPOINT_PART);
    store.addPart(savepoint, part.index, part.epoch(), part.bytes, part.channelBytes, rest);
    faults.reached(FaultPoint.AFTER_SAVEPOINT_PART);
    finish(part);
  }

  private synchronized void finish(Part part) {
    parts.remove(part.index, part);
  }

  /** What a partition has at a savepoint. */
  private static final class Part {

    private final int index;
    private long savepoint;
    private @Nullable EpochId epoch;
    private PendingMessages pending = new PendingMessages();
    private List<OutgoingRecord> egress = List.of();
    private List<EpochPart.SplitPosition> positions = List.of();
    private @Nullable ChannelRecorder channels;
    private StateBackend.@Nullable Cursor content;
    private BaseStore.@Nullable Writer writer;
    private BaseStore.@Nullable Writer channelWriter;
    private boolean stateWritten;
    private boolean channelsWritten;
    private boolean dropped;
    private long bytes;
    private long channelBytes;

    Part(int index) {
      this.index = index;
    }

    void take(EpochId id, PartitionEpoch ended, List<EpochPart.SplitPosition> read) {
      epoch = id;
      pending = ended.pending;
      egress = ended.egress;
      channels = ended.channels;
      positions = read.stream().filter(split -> split.reader() == index && split.inLog()).toList();
    }

    EpochId epoch() {
      return Objects.requireNonNull(epoch);
    }

    boolean canGoOn() {
      ChannelRecorder recorder = channels;
      return epoch != null
          && !dropped
          && recorder != null
          && (stateWritten ? recorder.isComplete() : content != null);
    }

    void writeRest(EpochWriter rest, ByteWriter buffer) {
      pending.writeTo(rest::pending, buffer);
      for (OutgoingRecord outgoing : egress) {
        buffer.reset();
        outgoing.write(buffer);
        rest.egress(buffer);
      }
      for (EpochPart.SplitPosition read : positions) {
        rest.put(Keys.position(read.ingress(), read.split().id()), read.position());
      }
    }
  }
}
