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
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes the parts that a node's partitions have in a savepoint, of one savepoint at a time: first
 * the state, as it was when the epoch ended, and then, when all that was on its way has come, the
 * rest. A newer savepoint takes the place of an older one, whose parts that are not there yet will
 * never be.
 *
 * <p>The committer, the applier and who moves partitions tell it what there is; one thread writes.
 */
final class SavepointWriter {

  /** How long what is on its way may take to come; the coordinator has given up long before. */
  private static final long PATIENCE_MILLIS = 600_000;

  private final SavepointStore store;
  private final FaultPoint.Listener faults;
  private final String attempts;
  private final ByteWriter buffer = new ByteWriter(1024);
  private long attempt;

  // Guarded by this
  private long number;
  private final Map<Integer, Part> parts = new TreeMap<>();
  private final List<StateBackend.Cursor> unwanted = new ArrayList<>();

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
    giveUp(now);
    List<StateBackend.Cursor> closing = takeUnwanted();
    closing.forEach(StateBackend.Cursor::close);
    Part next = next();
    if (next == null) {
      return !closing.isEmpty();
    }
    long savepoint = next.savepoint;
    if (!next.stateWritten) {
      writeState(next, savepoint);
    } else {
      writeRest(next, savepoint);
    }
    return true;
  }

  private synchronized void giveUp(long now) {
    parts
        .values()
        .removeIf(
            part -> {
              boolean hopeless = part.isHopeless(now);
              if (hopeless) {
                drop(part);
              }
              return hopeless;
            });
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

  private void writeRest(Part part, long savepoint) throws IOException {
    EpochWriter rest = new EpochWriter();
    rest.begin();
    rest.beginSection(part.index, SectionSummary.NOTHING);
    part.writeRest(rest, buffer);
    faults.reached(FaultPoint.BEFORE_SAVEPOINT_PART);
    store.addPart(savepoint, part.index, part.epoch(), part.bytes, rest);
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
    private boolean stateWritten;
    private boolean dropped;
    private long since = Long.MIN_VALUE;
    private long bytes;

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

    /** Whether what is on its way has not come for so long that it will be of no use. */
    boolean isHopeless(long now) {
      if (since == Long.MIN_VALUE || now < since) {
        since = now;
      }
      ChannelRecorder recorder = channels;
      return recorder != null
          && (recorder.isAbandoned() || (!recorder.isComplete() && now - since > PATIENCE_MILLIS));
    }

    void writeRest(EpochWriter rest, ByteWriter buffer) {
      pending.writeTo(rest::pending, buffer);
      for (Message message : Objects.requireNonNull(channels).messages()) {
        PendingMessages.writeToMailbox(message, rest::pending, buffer);
      }
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
