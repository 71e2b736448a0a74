/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.bootstrap;

import io.statefun.snapshot.SnapshotStore;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/**
 * Sorted entries of many partitions, as they become an object: a section for each partition, then
 * an index with the progress that is made by it, then where the index is.
 */
public final class Run implements SnapshotStore.Content {

  static final int FORMAT = 1;
  static final int TRAILER_BYTES = 16;

  private static final int COPIED_AT_ONCE = 64 * 1024;

  private final byte[] arena;
  private final int[] places;
  private final int[] starts;
  private final byte[] end;
  private long length;

  Run(byte[] arena, int[] places, int[] starts, byte[] progress) {
    this.arena = arena;
    this.places = places;
    this.starts = starts;
    this.end = index(progress);
  }

  private byte[] index(byte[] progress) {
    ByteWriter index = new ByteWriter(1024);
    index.writeVarInt(FORMAT).writeBytes(progress).writeVarInt(starts.length - 1);
    CRC32C checksum = new CRC32C();
    for (int partition = 0; partition < starts.length - 1; partition++) {
      checksum.reset();
      long section = 0;
      for (int i = starts[partition]; i < starts[partition + 1]; i++) {
        int entry = EntryBytes.end(arena, places[i]) - places[i];
        checksum.update(arena, places[i], entry);
        section += entry;
      }
      index.writeVarLong(section).writeFixedInt((int) checksum.getValue());
      length += section;
    }
    int size = index.size();
    checksum.reset();
    checksum.update(index.array(), 0, size);
    index.writeFixedLong(length).writeFixedInt(size).writeFixedInt((int) checksum.getValue());
    length += index.size();
    return index.toByteArray();
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public void writeTo(WritableByteChannel channel) throws IOException {
    ByteWriter piece = new ByteWriter(COPIED_AT_ONCE + 1024);
    for (int place : places) {
      piece.writeRaw(arena, place, EntryBytes.end(arena, place) - place);
      if (piece.size() >= COPIED_AT_ONCE) {
        write(channel, ByteBuffer.wrap(piece.array(), 0, piece.size()));
        piece.reset();
      }
    }
    write(channel, ByteBuffer.wrap(piece.array(), 0, piece.size()));
    write(channel, ByteBuffer.wrap(end));
  }

  private static void write(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
