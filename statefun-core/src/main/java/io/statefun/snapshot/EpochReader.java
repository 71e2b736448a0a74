/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import io.statefun.wire.ByteReader;
import io.statefun.wire.CorruptDataException;
import io.statefun.wire.NewerFormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Reads an epoch object: its index when opened, and the sections that are asked for. */
public final class EpochReader {

  private static final int WINDOW = 1024 * 1024;

  /** What is read of the end at once, where the index is, as a store takes its time to answer. */
  private static final int TAIL = 16 * 1024;

  private final SnapshotStore store;
  private final String name;
  private final EpochHeader header;
  private final List<EpochObject.Section> sections;

  private EpochReader(
      SnapshotStore store, String name, EpochHeader header, List<EpochObject.Section> sections) {
    this.store = store;
    this.name = name;
    this.header = header;
    this.sections = sections;
  }

  /**
   * Opens an object.
   *
   * @throws CorruptDataException if it is not an epoch object, or is damaged
   * @throws NewerFormatException if a newer version has written it
   * @throws IOException if it does not exist, or cannot be read at the moment
   */
  public static EpochReader open(SnapshotStore store, String name) throws IOException {
    long size = store.size(name);
    if (size < 0) {
      throw new IOException("Epoch object " + name + " does not exist");
    }
    if (size < EpochObject.TRAILER_LENGTH) {
      throw damaged(name, "it is too short");
    }
    int tailLength = (int) Math.min(size, TAIL);
    byte[] tail = store.read(name, size - tailLength, tailLength);
    ByteReader trailer =
        new ByteReader(tail, tailLength - EpochObject.TRAILER_LENGTH, EpochObject.TRAILER_LENGTH);
    long indexOffset = trailer.readFixedLong();
    int indexLength = trailer.readFixedInt();
    int indexChecksum = trailer.readFixedInt();
    if (trailer.readFixedInt() != EpochObject.MAGIC
        || indexLength < 0
        || indexOffset < 0
        || indexOffset + indexLength + EpochObject.TRAILER_LENGTH != size) {
      throw damaged(name, "its trailer is not that of an epoch object");
    }
    int inTail = indexLength + EpochObject.TRAILER_LENGTH;
    byte[] index =
        inTail <= tailLength
            ? Arrays.copyOfRange(tail, tailLength - inTail, tailLength - EpochObject.TRAILER_LENGTH)
            : store.read(name, indexOffset, indexLength);
    if (checksum(index) != indexChecksum) {
      throw damaged(name, "its index does not match its checksum");
    }
    return parse(store, name, new ByteReader(index));
  }

  private static EpochReader parse(SnapshotStore store, String name, ByteReader index) {
    int format = index.readVarInt();
    NewerFormatException.check("Epoch object " + name, format, EpochObject.FORMAT);
    if (format < EpochObject.FORMAT) {
      throw new CorruptDataException(
          "Epoch object "
              + name
              + " has format "
              + format
              + " of a version before the first release, which is no longer read");
    }
    EpochId id = readId(index);
    EpochId previous = readId(index);
    int count = index.readVarInt();
    List<EpochObject.Section> sections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sections.add(
          new EpochObject.Section(
              index.readVarInt(),
              index.readVarLong(),
              index.readVarLong(),
              index.readFixedInt(),
              readSummary(index)));
    }
    List<EpochHeader.Need> needs = readNeeds(id.writer(), index);
    int newcomers = index.readVarInt();
    Map<Integer, EpochId> previousOfNewcomers = new HashMap<>();
    for (int i = 0; i < newcomers; i++) {
      int newcomer = index.readVarInt();
      previousOfNewcomers.put(newcomer, readId(index));
    }
    return new EpochReader(
        store, name, new EpochHeader(id, previous, previousOfNewcomers, needs), sections);
  }

  private static SectionSummary readSummary(ByteReader index) {
    boolean changed = index.readByte() != 0;
    Map<String, Long> newest = new HashMap<>();
    for (int egresses = index.readVarInt(); egresses > 0; egresses--) {
      newest.put(index.readString(), index.readVarLong());
    }
    return new SectionSummary(changed, newest);
  }

  private static List<EpochHeader.Need> readNeeds(UUID own, ByteReader index) {
    List<UUID> writers = new ArrayList<>();
    writers.add(own);
    for (int others = index.readVarInt(); others > 0; others--) {
      writers.add(readWriter(index));
    }
    List<EpochHeader.Need> needs = new ArrayList<>();
    for (int partitions = index.readVarInt(); partitions > 0; partitions--) {
      int partition = index.readVarInt();
      long base = index.readVarLong();
      List<EpochId> firsts = new ArrayList<>();
      for (int count = index.readVarInt(); count > 0; count--) {
        firsts.add(new EpochId(index.readVarLong(), writers.get(index.readVarInt())));
      }
      needs.add(new EpochHeader.Need(partition, base, firsts));
    }
    return needs;
  }

  private static EpochId readId(ByteReader index) {
    long epoch = index.readVarLong();
    return new EpochId(epoch, readWriter(index));
  }

  private static UUID readWriter(ByteReader index) {
    return new UUID(index.readFixedLong(), index.readFixedLong());
  }

  /** What the object says of itself. */
  public EpochHeader header() {
    return header;
  }

  /** The epoch's number. */
  public long epoch() {
    return header.id().epoch();
  }

  /** How many bytes the section of a partition has; 0 if there is none. */
  public long sectionLength(int partition) {
    return sections.stream()
        .filter(section -> section.partition() == partition)
        .mapToLong(EpochObject.Section::length)
        .sum();
  }

  /** What the object has of a partition. */
  public SectionSummary summary(int partition) {
    SectionSummary summary = SectionSummary.NOTHING;
    for (EpochObject.Section section : sections) {
      if (section.partition() == partition) {
        summary = summary.and(section.summary());
      }
    }
    return summary;
  }

  /**
   * Reads the section of a partition, in the order in which it was written. Large sections are
   * fetched piece by piece.
   *
   * @throws CorruptDataException if the section is damaged; the visitor has then seen a part of it
   */
  public void read(int partition, Visitor visitor) throws IOException {
    for (EpochObject.Section section : sections) {
      if (section.partition() == partition) {
        readSection(section, visitor);
      }
    }
  }

  private void readSection(EpochObject.Section section, Visitor visitor) throws IOException {
    CRC32C checksum = new CRC32C();
    long done = 0;
    int window = WINDOW;
    while (done < section.length()) {
      int length = (int) Math.min(window, section.length() - done);
      byte[] piece = store.read(name, section.offset() + done, length);
      int consumed = visitWhole(piece, visitor);
      if (consumed == 0) {
        if (length == section.length() - done || window > (1 << 29)) {
          throw damaged(name, "the section of partition " + section.partition() + " is cut off");
        }
        window *= 2;
        continue;
      }
      checksum.update(piece, 0, consumed);
      done += consumed;
      window = WINDOW;
    }
    if ((int) checksum.getValue() != section.checksum()) {
      throw damaged(
          name, "the section of partition " + section.partition() + " does not match its checksum");
    }
  }

  /** Visits the records that lie wholly in a piece, and tells how many bytes they take. */
  private int visitWhole(byte[] piece, Visitor visitor) {
    ByteReader reader = new ByteReader(piece);
    int consumed = 0;
    while (reader.hasRemaining()) {
      int tag = reader.readByte();
      byte[] first;
      byte[] second = null;
      try {
        first = reader.readBytes();
        if (tag == EpochObject.PUT) {
          second = reader.readBytes();
        }
      } catch (CorruptDataException cutOff) {
        return consumed;
      }
      consumed = piece.length - reader.remaining();
      switch (tag) {
        case EpochObject.PUT -> visitor.put(first, java.util.Objects.requireNonNull(second));
        case EpochObject.DELETE -> visitor.delete(first);
        case EpochObject.PENDING -> visitor.pending(first);
        case EpochObject.EGRESS -> visitor.egress(first);
        default -> throw damaged(name, "it has a record of the unknown kind " + tag);
      }
    }
    return consumed;
  }

  private static int checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }

  private static CorruptDataException damaged(String name, String why) {
    return new CorruptDataException("Epoch object " + name + " cannot be read: " + why);
  }

  /** Sees the records of a section. */
  public interface Visitor {

    /** A key was set. */
    default void put(byte[] key, byte[] value) {}

    /** A key was removed. */
    default void delete(byte[] key) {}

    /** A message waits. */
    default void pending(byte[] message) {}

    /** A record goes to an egress. */
    default void egress(byte[] egressRecord) {}
  }
}
