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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Builds an epoch object, section by section. Small things are gathered in one buffer, which is
 * used again for the next epoch; whole buffers of changes, and what rests in files, are copied when
 * the object is written. Used by one thread.
 */
public final class EpochWriter implements SnapshotStore.Content {

  private static final int SMALL = 256 * 1024;
  private static final int KEPT = 16 * 1024 * 1024;

  private ByteWriter heap = new ByteWriter(SMALL);
  private final List<Segment> segments = new ArrayList<>();
  private final List<EpochObject.Section> sections = new ArrayList<>();
  private final CRC32C checksum = new CRC32C();
  private long elsewhere;
  private int partition = -1;
  private long sectionStart;
  private int checkedUpTo;
  private long records;
  private boolean ended;

  /** Begins an object, forgetting the one before. */
  public void begin() {
    if (heap.array().length > KEPT) {
      heap = new ByteWriter(SMALL);
    }
    heap.reset();
    segments.clear();
    sections.clear();
    elsewhere = 0;
    partition = -1;
    records = 0;
    ended = false;
    heap.writeFixedInt(EpochObject.MAGIC);
  }

  /** Begins the section of a partition; each partition at most once. */
  public void beginSection(int newPartition) {
    endSection();
    partition = newPartition;
    sectionStart = length();
    checkedUpTo = heap.size();
    checksum.reset();
  }

  /** Begins a put; exactly one value must follow through the returned writer or a call here. */
  public ByteWriter put() {
    records++;
    return heap.writeByte(EpochObject.PUT);
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
    segments.add(new Segment(heap.size(), null, value.length(), value));
    elsewhere += value.length();
  }

  /** Adds changes as they are. They must not be touched until the object is written. */
  public void addAll(RecordBuffer changes) {
    if (changes.count() == 0) {
      return;
    }
    records += changes.count();
    checksumHeap();
    checksum.update(changes.array(), 0, changes.size());
    segments.add(new Segment(heap.size(), changes.array(), changes.size(), null));
    elsewhere += changes.size();
  }

  /** Removes a key. */
  public void delete(byte[] key) {
    records++;
    heap.writeByte(EpochObject.DELETE).writeBytes(key);
  }

  /** Adds a message that waits. */
  public void pending(byte[] message) {
    records++;
    heap.writeByte(EpochObject.PENDING).writeBytes(message);
  }

  /** Adds a record for an egress. */
  public void egress(byte[] egressRecord) {
    records++;
    heap.writeByte(EpochObject.EGRESS).writeBytes(egressRecord);
  }

  /** How many records all sections have. */
  public long records() {
    return records;
  }

  /**
   * Ends the object; nothing happens if it has ended.
   *
   * @param needs what each partition is restored from
   */
  void end(EpochObject.Header header, List<Need> needs) {
    if (ended) {
      return;
    }
    ended = true;
    endSection();
    long indexOffset = length();
    int from = heap.size();
    heap.writeVarInt(EpochObject.FORMAT);
    writeId(header.writer());
    heap.writeVarLong(header.epoch());
    writeId(header.previousWriter());
    heap.writeVarInt(sections.size());
    for (EpochObject.Section section : sections) {
      heap.writeVarInt(section.partition())
          .writeVarLong(section.offset())
          .writeVarLong(section.length())
          .writeFixedInt(section.checksum());
    }
    heap.writeVarInt(needs.size());
    for (Need need : needs) {
      heap.writeVarLong(need.base()).writeVarLong(need.firstEpoch());
    }
    int indexLength = heap.size() - from;
    checksum.reset();
    checksum.update(heap.array(), from, indexLength);
    heap.writeFixedLong(indexOffset)
        .writeFixedInt(indexLength)
        .writeFixedInt((int) checksum.getValue())
        .writeFixedInt(EpochObject.MAGIC);
  }

  private void writeId(UUID id) {
    heap.writeFixedLong(id.getMostSignificantBits()).writeFixedLong(id.getLeastSignificantBits());
  }

  private void endSection() {
    if (partition < 0) {
      return;
    }
    checksumHeap();
    long length = length() - sectionStart;
    if (length > 0) {
      sections.add(
          new EpochObject.Section(partition, sectionStart, length, (int) checksum.getValue()));
    }
    partition = -1;
  }

  private void checksumHeap() {
    checksum.update(heap.array(), checkedUpTo, heap.size() - checkedUpTo);
    checkedUpTo = heap.size();
  }

  @Override
  public long length() {
    return heap.size() + elsewhere;
  }

  @Override
  public void writeTo(WritableByteChannel channel) throws IOException {
    int from = 0;
    for (Segment next : segments) {
      writeFully(channel, ByteBuffer.wrap(heap.array(), from, next.heapPosition() - from));
      writeFully(channel, next.bytes());
      from = next.heapPosition();
    }
    writeFully(channel, ByteBuffer.wrap(heap.array(), from, heap.size() - from));
  }

  private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * What a partition is restored from.
   *
   * @param base the epoch of its base snapshot, 0 for none
   * @param firstEpoch the first epoch after the base that changed it, 0 for none
   */
  public record Need(long base, long firstEpoch) {}

  /** Bytes that come in after so many bytes of the heap: of an array, or at rest elsewhere. */
  private record Segment(
      int heapPosition, byte @Nullable [] array, int length, @Nullable StoredBytes resting) {

    ByteBuffer bytes() throws IOException {
      return array != null
          ? ByteBuffer.wrap(array, 0, length)
          : ByteBuffer.wrap(Objects.requireNonNull(resting).load());
    }
  }
}
