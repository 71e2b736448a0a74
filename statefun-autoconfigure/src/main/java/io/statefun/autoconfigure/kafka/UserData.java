/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.CorruptDataException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What members of the group and its leader tell each other of copies. What is not understood, as of
 * another version, counts as nothing: it would only make an assignment a little better.
 */
final class UserData {

  private static final Logger log = LoggerFactory.getLogger(UserData.class);

  private static final int FORMAT = 1;

  /** The brokers keep what all members say in one record. */
  private static final int MOST_COPIES = 1_000;

  private UserData() {}

  /** Writes the newest epochs of the copies that a member has. */
  static ByteBuffer ofCopies(Map<Integer, Long> epochs) {
    List<Map.Entry<Integer, Long>> freshest =
        epochs.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(MOST_COPIES)
            .toList();
    ByteWriter out = new ByteWriter(16 + 8 * freshest.size());
    out.writeVarInt(FORMAT).writeVarInt(freshest.size());
    freshest.forEach(copy -> out.writeVarInt(copy.getKey()).writeVarLong(copy.getValue()));
    return ByteBuffer.wrap(out.toByteArray());
  }

  /** Reads the same. */
  static Map<Integer, Long> copies(@Nullable ByteBuffer data) {
    Map<Integer, Long> copies = new TreeMap<>();
    read(
        data,
        in -> {
          for (int count = in.readVarInt(); count > 0; count--) {
            copies.put(in.readVarInt(), in.readVarLong());
          }
        });
    return copies;
  }

  /** Writes which partitions a member is to keep copies of. */
  static ByteBuffer ofPartitions(Collection<Integer> partitions) {
    ByteWriter out = new ByteWriter(16 + 3 * partitions.size());
    out.writeVarInt(FORMAT).writeVarInt(partitions.size());
    partitions.forEach(out::writeVarInt);
    return ByteBuffer.wrap(out.toByteArray());
  }

  /** Reads the same. */
  static Set<Integer> partitions(@Nullable ByteBuffer data) {
    Set<Integer> partitions = new TreeSet<>();
    read(
        data,
        in -> {
          for (int count = in.readVarInt(); count > 0; count--) {
            partitions.add(in.readVarInt());
          }
        });
    return partitions;
  }

  private static void read(@Nullable ByteBuffer data, Content content) {
    if (data == null || !data.hasRemaining()) {
      return;
    }
    byte[] bytes = new byte[data.remaining()];
    data.duplicate().get(bytes);
    ByteReader in = new ByteReader(bytes);
    try {
      if (in.readVarInt() == FORMAT) {
        content.read(in);
      }
    } catch (CorruptDataException e) {
      log.debug("What a member of the group says of copies is not understood", e);
    }
  }

  private interface Content {

    void read(ByteReader in);
  }
}
