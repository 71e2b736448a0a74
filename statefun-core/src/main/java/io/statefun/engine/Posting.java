/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.CorruptDataException;
import io.statefun.wire.NewerFormatException;
import java.util.Set;
import java.util.TreeSet;

/** What is posted to partitions elsewhere: messages, and what savepoints need. */
sealed interface Posting {

  /**
   * A message.
   *
   * @param sender the partition that has sent it
   */
  record Letter(int sender, Message message) implements Posting {}

  /**
   * Parts what partitions have sent before a savepoint from what they send after it.
   *
   * @param savepoint its number
   * @param senders the partitions
   */
  record Marker(long savepoint, Set<Integer> senders) implements Posting {}

  /**
   * Asks the node of partition 0 for a savepoint.
   *
   * @param name of the request
   */
  record Request(String name) implements Posting {}

  /**
   * Nothing that a node has posted.
   *
   * @param cause why it cannot be read
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
  record Foreign(byte[] content, RuntimeException cause) implements Posting {}

  /**
   * With the format, the first byte, which tells postings from what others may write where they
   * should not.
   */
  int MARK = 0xf0;

  int FORMAT = 1;

  /** The second byte, which says what follows. */
  int LETTER = 1;

  int MARKER = 2;
  int REQUEST = 3;

  /** In place of the sender of a letter that a process without partitions has posted. */
  int OUTSIDE = -1;

  /**
   * Writes a message.
   *
   * @param sender the partition that sends it, or {@link #OUTSIDE}
   */
  static void writeLetter(ByteWriter out, int sender, Message message) {
    out.writeByte(MARK | FORMAT).writeByte(LETTER).writeVarInt(sender);
    MessageCodec.write(out, message);
  }

  static byte[] marker(long savepoint, Set<Integer> senders) {
    ByteWriter out = new ByteWriter(16 + 2 * senders.size());
    out.writeByte(MARK | FORMAT)
        .writeByte(MARKER)
        .writeVarLong(savepoint)
        .writeVarInt(senders.size());
    senders.forEach(out::writeVarInt);
    return out.toByteArray();
  }

  static byte[] request(String name) {
    return new ByteWriter(64)
        .writeByte(MARK | FORMAT)
        .writeByte(REQUEST)
        .writeString(name)
        .toByteArray();
  }

  /**
   * Reads what was posted.
   *
   * @throws NewerFormatException if a newer version has posted it
   * @throws RuntimeException if no node has
   */
  static Posting read(byte[] posted) {
    ByteReader in = new ByteReader(posted);
    int first = in.readByte();
    if ((first & MARK) != MARK) {
      throw new CorruptDataException("It does not begin as a message does");
    }
    NewerFormatException.check("A message of another process", first & ~MARK, FORMAT);
    Posting posting = read(in);
    if (in.hasRemaining()) {
      throw new CorruptDataException("Something comes after the message");
    }
    return posting;
  }

  private static Posting read(ByteReader in) {
    int kind = in.readByte();
    return switch (kind) {
      case LETTER -> new Letter(in.readVarInt(), MessageCodec.read(in));
      case MARKER -> readMarker(in);
      case REQUEST -> new Request(in.readString());
      default -> throw new CorruptDataException("It is of the unknown kind " + kind);
    };
  }

  private static Marker readMarker(ByteReader in) {
    long savepoint = in.readVarLong();
    Set<Integer> senders = new TreeSet<>();
    for (int count = in.readVarInt(); count > 0; count--) {
      senders.add(in.readVarInt());
    }
    return new Marker(savepoint, senders);
  }
}
