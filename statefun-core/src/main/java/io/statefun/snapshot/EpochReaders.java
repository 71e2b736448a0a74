/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Opens epoch objects of several writers, and remembers those that were opened last: their indexes,
 * and of the small ones the content, so that who reads the sections of many partitions asks the
 * store once. An epoch object never changes. For use by several threads.
 */
public final class EpochReaders {

  /** How many partitions the indexes may have that are remembered, of all objects together. */
  private static final int MAX_PARTITIONS = 50_000;

  private final SnapshotStore store;
  private final RecentObjects recent;
  private final Map<EpochId, EpochReader> opened = new LinkedHashMap<>(16, 0.75f, true);
  private int partitions;

  /**
   * @param store where the objects are
   */
  public EpochReaders(SnapshotStore store) {
    this.store = store;
    this.recent = new RecentObjects(store);
  }

  /**
   * Opens the object of an epoch.
   *
   * @return null if there is none (though one that was there a moment ago may be told)
   * @throws io.statefun.wire.CorruptDataException if it is damaged
   * @throws io.statefun.wire.NewerFormatException if a newer version has written it
   * @throws IOException if it cannot be read at the moment
   */
  public @Nullable EpochReader find(EpochId id) throws IOException {
    EpochReader known = known(id);
    if (known != null) {
      return known;
    }
    String name = EpochObjects.name(id);
    long size = store.size(name);
    if (size < 0) {
      return null;
    }
    recent.fetch(name, size);
    EpochReader reader = EpochReader.open(recent, name);
    remember(id, reader);
    return reader;
  }

  private synchronized @Nullable EpochReader known(EpochId id) {
    return opened.get(id);
  }

  private synchronized void remember(EpochId id, EpochReader reader) {
    EpochReader before = opened.put(id, reader);
    partitions += before == null ? weight(reader) : 0;
    var eldest = opened.values().iterator();
    while (partitions > MAX_PARTITIONS && opened.size() > 1) {
      partitions -= weight(eldest.next());
      eldest.remove();
    }
  }

  private static int weight(EpochReader reader) {
    return 1 + reader.header().needs().size();
  }
}
