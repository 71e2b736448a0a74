/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import io.statefun.wire.ByteWriter;
import io.statefun.wire.StoredBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Builds an epoch object, section by section. Small things are gathered in segments, which are used
 * again for the next epoch; whole buffers of changes, and what rests in files, are copied when the
 * object is written. Used by one thread.
 */
public final class EpochWriter implements SnapshotStore.Content {

  private static final int KEPT_SEGMENTS = 16;

  private final List<Segment> segments = new ArrayList<>();
  private final ArrayDeque<Segment> spare = new ArrayDeque<>();
  private final List<EpochObject.Section> sections = new ArrayList<>();
  private final CRC32C checksum = new CRC32C();
  private Segment segment = new Segment();
  private long lengthBefore;
  private int partition = -1;
  private SectionSummary summary = SectionSummary.NOTHING;
  private long sectionStart;
  private int checkedUpTo;
  private long records;
  private boolean ended;

  /** Begins an object, forgetting the one before. */
  public void begin() {
    segments.forEach(this::spare);
    segments.clear();
    spare(segment);
    sections.clear();
    lengthBefore = 0;
    partition = -1;
    records = 0;
    ended = false;
    openSegment();
    segment.heap.writeFixedInt(EpochObject.MAGIC);
  }

  private void spare(Segment used) {
    if (spare.size() < KEPT_SEGMENTS && used.isWorthKeeping()) {
      used.clear();
      spare.add(used);
    }
  }

  private void openSegment() {
    Segment free = spare.poll();
    segment = free == null ? new Segment() : free;
    checkedUpTo = 0;
  }

  /**
   * Begins a section of a partition, of which a reader sees all, one after the other.
   *
   * @param newSummary what the index says of it
   */
  public void beginSection(int newPartition, SectionSummary newSummary) {
    endSection();
    partition = newPartition;
    summary = newSummary;
    sectionStart = length();
    checkedUpTo = segment.heap.size();
    checksum.reset();
  }

  /** Begins a record, for which the heap's part of it gets room in one segment. */
  private ByteWriter add(int kind) {
    records++;
    if (segment.isFull()) {
      checksumHeap();
      lengthBefore += segment.length();
      segments.add(segment);
      openSegment();
    }
    return segment.heap.writeByte(kind);
  }

  /** Begins a put; exactly one key and one value must follow through the returned writer. */
  public ByteWriter put() {
    return add(EpochObject.PUT);
  }

  /** Sets a key. */
  public void put(byte[] key, byte[] value) {
    put().writeBytes(key).writeBytes(value);
  }

  /** Sets a key to bytes that rest elsewhere. */
  public void put(byte[] key, StoredBytes value) {
    put().writeBytes(key).writeVarInt(value.length());
    checksumHeap();
    checksum.update(value.load());
    segment.addResting(new Resting(segment.heap.size(), null, value.length(), value));
  }

  /** Adds records as they are. They must not be touched until the object is written. */
  public void addAll(RecordBuffer changes) {
    if (changes.count() == 0) {
      return;
    }
    records += changes.count();
    checksumHeap();
    changes.updateChecksum(checksum);
    segment.addResting(new Resting(segment.heap.size(), changes, changes.size(), null));
  }

  /** Removes a key. */
  public void delete(byte[] key) {
    add(EpochObject.DELETE).writeBytes(key);
  }

  /** Adds a message that waits. */
  public void pending(ByteWriter message) {
    add(EpochObject.PENDING)
        .writeVarInt(message.size())
        .writeRaw(message.array(), 0, message.size());
  }

  /** Adds a record that leaves after the commit. */
  public void egress(ByteWriter egressRecord) {
    add(EpochObject.EGRESS)
        .writeVarInt(egressRecord.size())
        .writeRaw(egressRecord.array(), 0, egressRecord.size());
  }

  /** How many records all sections have. */
  public long records() {
    return records;
  }

  /** Goes on with an object that was ended, whose index is written again at its new end. */
  public void reopen() {
    ended = false;
    partition = -1;
  }

  /** Ends the object; nothing happens if it has ended. */
  void end(EpochHeader header) {
    if (ended) {
      return;
    }
    ended = true;
    endSection();
    long indexOffset = length();
    ByteWriter heap = segment.heap;
    int from = heap.size();
    heap.writeVarInt(EpochObject.FORMAT);
    writeId(heap, header.id());
    writeId(heap, header.previous());
    heap.writeVarInt(sections.size());
    for (EpochObject.Section section : sections) {
      heap.writeVarInt(section.partition())
          .writeVarLong(section.offset())
          .writeVarLong(section.length())
          .writeFixedInt(section.checksum());
      writeSummary(heap, section.summary());
    }
    writeNeeds(heap, header);
    heap.writeVarInt(header.previousOfNewcomers().size());
    header
        .previousOfNewcomers()
        .forEach((newcomer, previous) -> writeId(heap.writeVarInt(newcomer), previous));
    int indexLength = heap.size() - from;
    checksum.reset();
    checksum.update(heap.array(), from, indexLength);
    heap.writeFixedLong(indexOffset)
        .writeFixedInt(indexLength)
        .writeFixedInt((int) checksum.getValue())
        .writeFixedInt(EpochObject.MAGIC);
  }

  private static void writeSummary(ByteWriter heap, SectionSummary summary) {
    heap.writeByte(summary.changed() ? 1 : 0).writeVarInt(summary.newestRecords().size());
    summary
        .newestRecords()
        .forEach((egress, number) -> heap.writeString(egress).writeVarLong(number));
  }

  private static void writeNeeds(ByteWriter heap, EpochHeader header) {
    List<UUID> writers = new ArrayList<>();
    writers.add(header.id().writer());
    for (EpochHeader.Need need : header.needs()) {
      for (EpochId first : need.firsts()) {
        if (!writers.contains(first.writer())) {
          writers.add(first.writer());
        }
      }
    }
    heap.writeVarInt(writers.size() - 1);
    for (UUID other : writers.subList(1, writers.size())) {
      writeWriter(heap, other);
    }
    heap.writeVarInt(header.needs().size());
    for (EpochHeader.Need need : header.needs()) {
      heap.writeVarInt(need.partition()).writeVarLong(need.base());
      heap.writeVarInt(need.firsts().size());
      for (EpochId first : need.firsts()) {
        heap.writeVarLong(first.epoch()).writeVarInt(writers.indexOf(first.writer()));
      }
    }
  }

  private static void writeId(ByteWriter heap, EpochId id) {
    writeWriter(heap.writeVarLong(id.epoch()), id.writer());
  }

  private static void writeWriter(ByteWriter heap, UUID writer) {
    heap.writeFixedLong(writer.getMostSignificantBits())
        .writeFixedLong(writer.getLeastSignificantBits());
  }

  private void endSection() {
    if (partition < 0) {
      return;
    }
    checksumHeap();
    long length = length() - sectionStart;
    if (length > 0) {
      sections.add(
          new EpochObject.Section(
              partition, sectionStart, length, (int) checksum.getValue(), summary));
    }
    partition = -1;
  }

  private void checksumHeap() {
    ByteWriter heap = segment.heap;
    checksum.update(heap.array(), checkedUpTo, heap.size() - checkedUpTo);
    checkedUpTo = heap.size();
  }

  @Override
  public long length() {
    return lengthBefore + segment.length();
  }

  @Override
  public void writeTo(WritableByteChannel channel) throws IOException {
    for (Segment full : segments) {
      full.writeTo(channel);
    }
    segment.writeTo(channel);
  }

  private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * A part of the object. Parts of about a mebibyte grow without a copy of everything so far, and
   * find room in a small heap.
   */
  private static final class Segment {

    private static final int INITIAL = 64 * 1024;
    private static final int FULL = 1024 * 1024 - INITIAL;
    private static final int TOO_LARGE = 2 * 1024 * 1024;

    private final ByteWriter heap = new ByteWriter(INITIAL);
    private final List<Resting> resting = new ArrayList<>();
    private long restingLength;

    void addResting(Resting bytes) {
      resting.add(bytes);
      restingLength += bytes.length();
    }

    boolean isFull() {
      return heap.size() >= FULL;
    }

    boolean isWorthKeeping() {
      return heap.array().length < TOO_LARGE;
    }

    void clear() {
      heap.reset();
      resting.clear();
      restingLength = 0;
    }

    long length() {
      return heap.size() + restingLength;
    }

    void writeTo(WritableByteChannel channel) throws IOException {
      int from = 0;
      for (Resting next : resting) {
        writeFully(channel, ByteBuffer.wrap(heap.array(), from, next.heapPosition() - from));
        next.writeTo(channel);
        from = next.heapPosition();
      }
      writeFully(channel, ByteBuffer.wrap(heap.array(), from, heap.size() - from));
    }
  }

  /** Bytes that come in after so many bytes of their segment's heap: changes, or at rest. */
  private record Resting(
      int heapPosition, @Nullable RecordBuffer changes, int length, @Nullable StoredBytes stored) {

    void writeTo(WritableByteChannel channel) throws IOException {
      if (changes != null) {
        changes.writeTo(channel);
      } else {
        writeFully(channel, ByteBuffer.wrap(Objects.requireNonNull(stored).load()));
      }
    }
  }
}
