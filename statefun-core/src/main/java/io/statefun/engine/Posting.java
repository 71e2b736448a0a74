/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.CorruptDataException;
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

  /** The first byte, which says what follows, and in which format. */
  int LETTER = 1;

  int MARKER = 2;
  int REQUEST = 3;

  static void writeLetter(ByteWriter out, int sender, Message message) {
    out.writeByte(LETTER).writeVarInt(sender);
    MessageCodec.write(out, message);
  }

  static byte[] marker(long savepoint, Set<Integer> senders) {
    ByteWriter out = new ByteWriter(16 + 2 * senders.size());
    out.writeByte(MARKER).writeVarLong(savepoint).writeVarInt(senders.size());
    senders.forEach(out::writeVarInt);
    return out.toByteArray();
  }

  static byte[] request(String name) {
    return new ByteWriter(64).writeByte(REQUEST).writeString(name).toByteArray();
  }

  static Posting read(byte[] posted) {
    ByteReader in = new ByteReader(posted);
    int kind = in.readByte();
    return switch (kind) {
      case LETTER -> new Letter(in.readVarInt(), MessageCodec.read(in));
      case MARKER -> readMarker(in);
      case REQUEST -> new Request(in.readString());
      default ->
          throw new CorruptDataException(
              "An inbox has a record of the unknown kind "
                  + kind
                  + ", perhaps of a newer version. Start the newer version of the application.");
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
