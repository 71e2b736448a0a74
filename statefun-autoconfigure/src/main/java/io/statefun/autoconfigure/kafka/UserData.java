/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.cluster.MessageLog.Copy;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.CorruptDataException;
import java.nio.ByteBuffer;
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
 * another version, counts as nothing: it would only make an assignment better.
 */
final class UserData {

  private static final Logger log = LoggerFactory.getLogger(UserData.class);

  private static final int FORMAT = 2;

  /** The brokers keep what all members say in one record. */
  private static final int MOST_COPIES = 1_000;

  // What a copy that a member is to keep is for
  private static final int COPY = 0;
  private static final int SUCCESSOR = 1;
  private static final int WARM_UP = 2;

  private UserData() {}

  /**
   * Writes what a member has of the state of partitions.
   *
   * @param kept what it was told to keep, of which it says first what the group waits for
   */
  static ByteBuffer ofCopies(Map<Integer, Copy> copies, CopiesToKeep kept) {
    Set<Integer> awaited = kept.awaited();
    List<Map.Entry<Integer, Copy>> freshest =
        copies.entrySet().stream()
            .sorted(
                Comparator.comparing(
                        (Map.Entry<Integer, Copy> copy) -> !awaited.contains(copy.getKey()))
                    .thenComparing(copy -> -copy.getValue().epoch()))
            .limit(MOST_COPIES)
            .toList();
    ByteWriter out = new ByteWriter(16 + 8 * freshest.size());
    out.writeVarInt(FORMAT).writeVarInt(freshest.size());
    freshest.forEach(
        copy ->
            out.writeVarInt(copy.getKey())
                .writeVarLong(copy.getValue().epoch())
                .writeBoolean(copy.getValue().current())
                .writeBoolean(kept.warmUps().contains(copy.getKey())));
    return ByteBuffer.wrap(out.toByteArray());
  }

  /** Reads the same; null if it is not understood. */
  static @Nullable Map<Integer, HeldCopy> copies(@Nullable ByteBuffer data) {
    Map<Integer, HeldCopy> copies = new TreeMap<>();
    boolean understood =
        read(
            data,
            in -> {
              for (int count = in.readVarInt(); count > 0; count--) {
                copies.put(
                    in.readVarInt(),
                    new HeldCopy(in.readVarLong(), in.readBoolean(), in.readBoolean()));
              }
            });
    return understood ? copies : null;
  }

  /** Writes which copies a member is to keep. */
  static ByteBuffer ofKept(CopiesToKeep kept) {
    ByteWriter out = new ByteWriter(16 + 4 * kept.copies().size());
    out.writeVarInt(FORMAT).writeVarInt(kept.copies().size());
    kept.copies().forEach(number -> out.writeVarInt(number).writeVarInt(purpose(kept, number)));
    return ByteBuffer.wrap(out.toByteArray());
  }

  private static int purpose(CopiesToKeep kept, int number) {
    if (kept.warmUps().contains(number)) {
      return WARM_UP;
    }
    return kept.successors().contains(number) ? SUCCESSOR : COPY;
  }

  /** Reads the same. */
  static CopiesToKeep kept(@Nullable ByteBuffer data) {
    CopiesToKeep kept = new CopiesToKeep(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
    boolean understood =
        read(
            data,
            in -> {
              for (int count = in.readVarInt(); count > 0; count--) {
                int number = in.readVarInt();
                kept.copies().add(number);
                switch (in.readVarInt()) {
                  case WARM_UP -> kept.warmUps().add(number);
                  case SUCCESSOR -> kept.successors().add(number);
                  default -> {
                    // Nobody waits for it.
                  }
                }
              }
            });
    return understood ? kept : CopiesToKeep.NOTHING;
  }

  private static boolean read(@Nullable ByteBuffer data, Content content) {
    if (data == null || !data.hasRemaining()) {
      return false;
    }
    byte[] bytes = new byte[data.remaining()];
    data.duplicate().get(bytes);
    ByteReader in = new ByteReader(bytes);
    try {
      if (in.readVarInt() == FORMAT) {
        content.read(in);
        return true;
      }
    } catch (CorruptDataException e) {
      log.debug("What a member of the group says of copies is not understood", e);
    }
    return false;
  }

  private interface Content {

    void read(ByteReader in);
  }
}
