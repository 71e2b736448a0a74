/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * The bytes of a request, in memory so that the request can be repeated. Used by one thread.
 *
 * <p>It takes as much as it was made for. What goes beyond is an error of the content, which had
 * told its length.
 */
final class BodyBuffer implements WritableByteChannel {

  private static final String TYPE = "application/octet-stream";

  private final byte[] bytes;
  private int size;

  BodyBuffer(int capacity) {
    this.bytes = new byte[capacity];
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    if (source.remaining() > bytes.length - size) {
      throw new IOException(
          "its content has more than the " + bytes.length + " bytes that it told");
    }
    return take(source);
  }

  /** Takes as much as there is room for, and tells how much that was. */
  int take(ByteBuffer source) {
    int count = Math.min(source.remaining(), bytes.length - size);
    source.get(bytes, size, count);
    size += count;
    return count;
  }

  int size() {
    return size;
  }

  boolean isFull() {
    return size == bytes.length;
  }

  /** Forgets the bytes. Only after the request that has them as its body. */
  void clear() {
    size = 0;
  }

  /** The bytes as a body. Not a copy: they must stay until the request is over. */
  RequestBody body() {
    int length = size;
    return RequestBody.fromContentProvider(
        () -> new ByteArrayInputStream(bytes, 0, length), length, TYPE);
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
