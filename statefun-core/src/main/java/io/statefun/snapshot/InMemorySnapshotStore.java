/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** A snapshot store in memory, for tests. Its objects are as durable as its last handle. */
public final class InMemorySnapshotStore implements SnapshotStore {

  private final ConcurrentNavigableMap<String, byte[]> objects;
  private volatile boolean closed;

  /** Makes an empty store. */
  public InMemorySnapshotStore() {
    this(new ConcurrentSkipListMap<>());
  }

  private InMemorySnapshotStore(ConcurrentNavigableMap<String, byte[]> objects) {
    this.objects = objects;
  }

  /** Another handle on the same objects, as another process would have it; open if this is not. */
  public InMemorySnapshotStore newHandle() {
    return new InMemorySnapshotStore(objects);
  }

  @Override
  public boolean create(String name, Content content) throws IOException {
    check(name);
    if (objects.containsKey(name)) {
      return false;
    }
    ByteArrayOutputStream bytes =
        new ByteArrayOutputStream((int) Math.min(content.length(), Integer.MAX_VALUE - 8));
    try (WritableByteChannel channel = Channels.newChannel(bytes)) {
      content.writeTo(channel);
    }
    if (bytes.size() != content.length()) {
      throw new IOException(
          "The content of '"
              + name
              + "' has "
              + bytes.size()
              + " bytes instead of "
              + content.length());
    }
    return objects.putIfAbsent(name, bytes.toByteArray()) == null;
  }

  @Override
  public long size(String name) throws IOException {
    check(name);
    byte[] bytes = objects.get(name);
    return bytes == null ? -1 : bytes.length;
  }

  @Override
  public byte[] read(String name, long offset, int length) throws IOException {
    check(name);
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("offset " + offset + ", length " + length);
    }
    byte[] bytes = objects.get(name);
    if (bytes == null) {
      throw new NoSuchFileException(name);
    }
    if (length > bytes.length - offset) {
      throw new EOFException(
          name + " has " + bytes.length + " bytes; asked for " + length + " at " + offset);
    }
    return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
  }

  @Override
  public List<String> list(String prefix) throws IOException {
    ObjectNames.checkPrefix(prefix);
    checkOpen();
    return objects.tailMap(prefix).keySet().stream()
        .takeWhile(name -> name.startsWith(prefix))
        .toList();
  }

  @Override
  public void delete(String name) throws IOException {
    check(name);
    objects.remove(name);
  }

  @Override
  public void close() {
    closed = true;
  }

  private void check(String name) throws IOException {
    ObjectNames.check(name);
    checkOpen();
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("The snapshot store in memory is closed");
    }
  }
}
