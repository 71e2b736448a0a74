/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A store that has the content of small objects at hand that were fetched last. */
final class RecentObjects implements SnapshotStore {

  private static final int LARGEST = 1024 * 1024;
  private static final int MAX_BYTES = 8 * LARGEST;

  private final SnapshotStore store;
  private final Map<String, byte[]> contents = new LinkedHashMap<>(16, 0.75f, true);
  private int bytes;

  RecentObjects(SnapshotStore store) {
    this.store = store;
  }

  /** Fetches an object that never changes, if it is small. */
  void fetch(String name, long size) throws IOException {
    if (size > LARGEST || content(name) != null) {
      return;
    }
    keep(name, store.read(name, 0, (int) size));
  }

  private synchronized byte @Nullable [] content(String name) {
    return contents.get(name);
  }

  private synchronized void keep(String name, byte[] content) {
    byte[] before = contents.put(name, content);
    bytes += content.length - (before == null ? 0 : before.length);
    var eldest = contents.values().iterator();
    while (bytes > MAX_BYTES) {
      bytes -= eldest.next().length;
      eldest.remove();
    }
  }

  @Override
  public long size(String name) throws IOException {
    byte[] content = content(name);
    return content == null ? store.size(name) : content.length;
  }

  @Override
  public byte[] read(String name, long offset, int length) throws IOException {
    byte[] content = content(name);
    return content == null
        ? store.read(name, offset, length)
        : Arrays.copyOfRange(content, (int) offset, (int) offset + length);
  }

  @Override
  public boolean create(String name, Content content) throws IOException {
    return store.create(name, content);
  }

  @Override
  public List<String> list(String prefix) throws IOException {
    return store.list(prefix);
  }

  @Override
  public void delete(String name) throws IOException {
    store.delete(name);
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
