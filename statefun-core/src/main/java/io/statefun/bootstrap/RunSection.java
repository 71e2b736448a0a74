/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.bootstrap;

import io.statefun.snapshot.SnapshotStore;
import io.statefun.wire.ByteReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** The entries that a run has of one partition, read a piece at a time. Used by one thread. */
final class RunSection {

  private static final byte[] NOTHING = new byte[0];

  /** Room for the three numbers of an entry. */
  private static final int NUMBERS = 15;

  private final SnapshotStore store;
  private final String name;
  private final int checksum;
  private final int bytesAtOnce;
  private final CRC32C actual = new CRC32C();
  private long offset;
  private long unread;
  private byte[] piece = NOTHING;
  private int position;
  private byte[] key = NOTHING;
  private int source;
  private byte[] value = NOTHING;

  RunSection(
      SnapshotStore store, String name, long offset, long length, int checksum, int bytesAtOnce) {
    this.store = store;
    this.name = name;
    this.offset = offset;
    this.unread = length;
    this.checksum = checksum;
    this.bytesAtOnce = bytesAtOnce;
  }

  byte[] key() {
    return key;
  }

  int source() {
    return source;
  }

  byte[] value() {
    return value;
  }

  /** Goes to the next entry, and tells whether there is one. */
  boolean next() throws IOException {
    if (position == piece.length && unread == 0) {
      if ((int) actual.getValue() != checksum) {
        throw StoredRun.damaged(name);
      }
      return false;
    }
    require(NUMBERS);
    int keyLength = number();
    require(keyLength + 2L * NUMBERS);
    key = bytes(keyLength);
    source = number();
    int valueLength = number();
    require(valueLength);
    value = bytes(valueLength);
    return true;
  }

  /** Makes sure that so many bytes are at hand, or all that are left. */
  private void require(long wanted) throws IOException {
    int rest = piece.length - position;
    if (rest >= wanted || unread == 0) {
      return;
    }
    int more = (int) Math.min(unread, Math.max(bytesAtOnce, wanted - rest));
    byte[] read = store.read(name, offset, more);
    actual.update(read, 0, more);
    offset += more;
    unread -= more;
    byte[] joined = Arrays.copyOfRange(piece, position, piece.length + more);
    System.arraycopy(read, 0, joined, rest, more);
    piece = joined;
    position = 0;
  }

  private int number() {
    ByteReader in = new ByteReader(piece, position, piece.length - position);
    int result = in.readVarInt();
    position = piece.length - in.remaining();
    return result;
  }

  private byte[] bytes(int length) {
    if (length < 0 || length > piece.length - position) {
      throw StoredRun.damaged(name);
    }
    byte[] bytes = Arrays.copyOfRange(piece, position, position + length);
    position += length;
    return bytes;
  }
}
