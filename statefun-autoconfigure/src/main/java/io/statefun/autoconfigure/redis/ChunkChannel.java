/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/** Cuts what is written to it into chunks. For one thread. */
final class ChunkChannel implements WritableByteChannel {

  private final long length;
  private final Sink sink;
  private final ByteBuffer chunk;
  private long bytes;

  /**
   * @param length how many bytes are to come
   * @param chunkSize how many of them go into each chunk but the last
   * @param sink takes the chunks
   */
  ChunkChannel(long length, int chunkSize, Sink sink) {
    this.length = length;
    this.sink = sink;
    this.chunk = ByteBuffer.allocate((int) Math.min(length, chunkSize));
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int written = source.remaining();
    bytes += written;
    checkLength(bytes <= length);
    while (source.hasRemaining()) {
      int part = Math.min(source.remaining(), chunk.remaining());
      chunk.put(source.slice().limit(part));
      source.position(source.position() + part);
      if (!chunk.hasRemaining()) {
        flush();
      }
    }
    return written;
  }

  /** Passes on the last chunk, and makes sure that the content was as long as it said. */
  void finish() throws IOException {
    checkLength(bytes == length);
    if (chunk.position() > 0) {
      flush();
    }
  }

  private void flush() throws IOException {
    sink.accept(Arrays.copyOf(chunk.array(), chunk.position()));
    chunk.clear();
  }

  private void checkLength(boolean right) throws IOException {
    if (!right) {
      throw new IOException("its content has " + bytes + " bytes instead of " + length);
    }
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}

  /** Takes chunks, in their order. */
  @FunctionalInterface
  interface Sink {

    void accept(byte[] chunk) throws IOException;
  }
}
