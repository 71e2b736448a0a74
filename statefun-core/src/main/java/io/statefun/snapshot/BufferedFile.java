/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Gathers small writes to a new file into large ones. Used by one thread. */
final class BufferedFile implements WritableByteChannel {

  private static final int CAPACITY = 128 * 1024;

  private final Disk.NewFile file;
  private final ByteBuffer buffer;
  private long bytes;

  /**
   * @param buffer one of {@link #newBuffer}, which nobody else uses meanwhile
   */
  BufferedFile(Disk.NewFile file, ByteBuffer buffer) {
    this.file = file;
    this.buffer = buffer.clear();
  }

  static ByteBuffer newBuffer() {
    return ByteBuffer.allocateDirect(CAPACITY);
  }

  /** How many bytes were written. */
  long bytes() {
    return bytes;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int length = source.remaining();
    while (source.hasRemaining()) {
      int part = Math.min(source.remaining(), buffer.remaining());
      buffer.put(buffer.position(), source, source.position(), part);
      buffer.position(buffer.position() + part);
      source.position(source.position() + part);
      if (!buffer.hasRemaining()) {
        flush();
      }
    }
    bytes += length;
    return length;
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      file.write(buffer);
    }
    buffer.clear();
  }

  /** Makes what was written durable. */
  void force() throws IOException {
    flush();
    file.force();
  }

  @Override
  public boolean isOpen() {
    return file.isOpen();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
