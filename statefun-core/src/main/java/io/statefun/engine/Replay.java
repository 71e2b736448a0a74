/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.snapshot.EpochReader;
import io.statefun.state.StateBackend;
import java.io.IOException;
import java.util.List;

/** Brings the state of a partition that the backend has up to a later epoch. */
final class Replay {

  private Replay() {}

  /**
   * Reads what the backend does not have.
   *
   * @param chain committed epochs of the partition in their order, among them all after that of the
   *     backend that changed it
   */
  static void replay(int partition, List<EpochReader> chain, StateBackend.PartitionStore store)
      throws IOException {
    MergedChanges merged = new MergedChanges();
    long known = store.epoch();
    for (EpochReader reader : chain) {
      if (reader.epoch() > known && reader.summary(partition).changed()) {
        reader.read(partition, merged);
        if (merged.isFull()) {
          merged.writeTo(store, reader.epoch());
        }
      }
    }
    long last = chain.isEmpty() ? 0 : chain.get(chain.size() - 1).epoch();
    if (store.epoch() < last) {
      merged.writeTo(store, last);
    }
  }
}
