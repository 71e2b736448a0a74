/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochReader;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The committed epochs of some partitions, for each at least as far back as its newest one needs
 * them and they are there. Partitions that one node has had share its epochs; those that came from
 * others have others before.
 *
 * @param chains by partition its epochs, without a gap, the oldest first
 */
public record History(Map<Integer, List<EpochReader>> chains) {

  /** Nothing was ever committed. */
  public static final History NONE = new History(Map.of());

  /** The epochs of a partition, the oldest first. */
  public List<EpochReader> of(int partition) {
    return chains.getOrDefault(partition, List.of());
  }

  /** The number of a partition's newest epoch, or 0 if it has none. */
  public long newest(int partition) {
    List<EpochReader> chain = of(partition);
    return chain.isEmpty() ? 0 : chain.get(chain.size() - 1).epoch();
  }

  /** The epochs of all partitions, each once, in the order of their numbers. */
  public List<EpochReader> epochs() {
    Map<EpochId, EpochReader> all = new LinkedHashMap<>();
    chains.values().forEach(chain -> chain.forEach(epoch -> all.put(epoch.header().id(), epoch)));
    return all.values().stream().sorted(Comparator.comparingLong(EpochReader::epoch)).toList();
  }
}
