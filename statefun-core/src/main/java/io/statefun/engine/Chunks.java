/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.StoredBytes;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

/** Packs messages into chunks of about 64 KiB, in which they rest on disk. */
final class Chunks {

  static final int CHUNK_BYTES = 64 * 1024;

  private final Scratch scratch;
  private final Consumer<StoredBytes> full;

  /** Without room at first, as most queues of which there may be many never fill a chunk. */
  private final ByteWriter open = new ByteWriter(0);

  /**
   * @param full takes each chunk when it is full
   */
  Chunks(Scratch scratch, Consumer<StoredBytes> full) {
    this.scratch = scratch;
    this.full = full;
  }

  void add(Message message) {
    MessageCodec.write(open, message);
    if (open.size() >= CHUNK_BYTES) {
      close();
    }
  }

  /** Ends the chunk that is being filled, if it holds anything. */
  void close() {
    if (open.size() > 0) {
      full.accept(scratch.store(open.toByteArray()));
      open.reset();
    }
  }

  static Queue<Message> unpack(byte[] chunk) {
    Queue<Message> result = new ArrayDeque<>();
    ByteReader in = new ByteReader(chunk);
    while (in.hasRemaining()) {
      result.add(MessageCodec.read(in));
    }
    return result;
  }
}
