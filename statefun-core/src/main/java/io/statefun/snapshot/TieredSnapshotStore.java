/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

/**
 * A snapshot store made of two: one that answers fast for the epochs and the application record,
 * and one that stores cheaply for the base snapshots.
 *
 * <p>The name of an object alone says in which of them it is. So what either of them holds under
 * names that belong to the other is not seen.
 */
public final class TieredSnapshotStore implements SnapshotStore {

  private static final List<String> LARGE = List.of("bases/", "savepoints/");

  private final SnapshotStore epochs;
  private final SnapshotStore bases;

  /**
   * Makes a store of two others, which it closes when it is closed.
   *
   * @param epochs where all is that is no part of a base snapshot or a savepoint
   * @param bases where base snapshots and savepoints are
   */
  public TieredSnapshotStore(SnapshotStore epochs, SnapshotStore bases) {
    this.epochs = epochs;
    this.bases = bases;
  }

  @Override
  public boolean create(String name, Content content) throws IOException {
    return storeOf(name).create(name, content);
  }

  @Override
  public long size(String name) throws IOException {
    return storeOf(name).size(name);
  }

  @Override
  public byte[] read(String name, long offset, int length) throws IOException {
    return storeOf(name).read(name, offset, length);
  }

  @Override
  public List<String> list(String prefix) throws IOException {
    if (isOfBase(prefix)) {
      return bases.list(prefix);
    }
    List<String> names = listWhere(epochs, prefix, Predicate.not(TieredSnapshotStore::isOfBase));
    if (LARGE.stream().anyMatch(folder -> folder.startsWith(prefix))) {
      names.addAll(listWhere(bases, prefix, TieredSnapshotStore::isOfBase));
      Collections.sort(names);
    }
    return names;
  }

  @Override
  public void delete(String name) throws IOException {
    storeOf(name).delete(name);
  }

  @Override
  public void close() throws IOException {
    try (epochs;
        bases) {
      // Both are closed, also if one of them throws.
    }
  }

  @Override
  public String toString() {
    return epochs + ", with base snapshots in " + bases;
  }

  private SnapshotStore storeOf(String name) {
    return isOfBase(name) ? bases : epochs;
  }

  private static boolean isOfBase(String name) {
    return LARGE.stream().anyMatch(name::startsWith);
  }

  private static List<String> listWhere(
      SnapshotStore store, String prefix, Predicate<String> belongs) throws IOException {
    List<String> names = new ArrayList<>(store.list(prefix));
    names.removeIf(Predicate.not(belongs));
    return names;
  }
}
