/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import io.statefun.query.InvalidQueryException;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Where a page ends: a place in the order of a function's instances, as a text. It says nothing
 * that its holder does not know, and whatever somebody makes up is either refused or a place among
 * the same instances.
 *
 * @param partition the partition
 * @param after the last instance in it that was looked at; null to begin with its first
 */
record PageCursor(int partition, @Nullable String after) {

  static final PageCursor START = new PageCursor(0, null);

  private static final int FORMAT = 1;
  private static final int CHECKSUM = 4;
  private static final int MAX_LENGTH = 64 * 1024;

  /**
   * Its text.
   *
   * @param partitions how many partitions the application has, on which the order depends
   */
  String text(TypeName function, int partitions) {
    ByteWriter out = new ByteWriter(64).writeByte(FORMAT).writeVarInt(partitions);
    out.writeVarInt(partition).writeBoolean(after != null);
    if (after != null) {
      out.writeString(after);
    }
    byte[] content = out.toByteArray();
    out.writeFixedInt(checksum(function, content));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(out.toByteArray());
  }

  /**
   * Reads what {@link #text} made.
   *
   * @throws InvalidQueryException if it was not made for this function, or when the application had
   *     another number of partitions
   */
  static PageCursor read(String text, TypeName function, int partitions) {
    PageCursor read = null;
    int made = partitions;
    try {
      byte[] bytes = decode(text);
      byte[] content = Arrays.copyOf(bytes, bytes.length - CHECKSUM);
      ByteReader in = new ByteReader(content);
      int format = in.readByte();
      made = in.readVarInt();
      int partition = in.readVarInt();
      String after = in.readBoolean() ? in.readString() : null;
      int checksum = new ByteReader(bytes, content.length, CHECKSUM).readFixedInt();
      if (format == FORMAT
          && !in.hasRemaining()
          && checksum == checksum(function, content)
          && partition >= 0
          && partition < made) {
        read = new PageCursor(partition, after);
      }
    } catch (RuntimeException notOurs) {
      // Told below, as all else that is not ours.
    }
    if (read == null) {
      throw new InvalidQueryException(
          "The place behind which the page is to begin was not made for this function. Give 'next'"
              + " of the page before as it is, or begin anew");
    }
    if (made != partitions) {
      throw new InvalidQueryException(
          "The page before was made when the application had "
              + made
              + " partitions; now it has "
              + partitions
              + ", and the instances another order. Begin anew");
    }
    return read;
  }

  private static byte[] decode(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("too long");
    }
    return Base64.getUrlDecoder().decode(text);
  }

  private static int checksum(TypeName function, byte[] content) {
    CRC32 checksum = new CRC32();
    checksum.update(function.toString().getBytes(StandardCharsets.UTF_8));
    checksum.update(content);
    return (int) checksum.getValue();
  }
}
