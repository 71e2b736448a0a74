/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import io.statefun.snapshot.EpochId;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Which epochs of all partitions are committed, as any process may see, whatever it owns. */
@FunctionalInterface
public interface CommittedEpochs {

  /**
   * The references that transactions have committed, by partition; perhaps a little older than the
   * newest, never one that is not committed. Waits for no transaction. May be called by any thread.
   *
   * @throws IOException if they cannot be told at the moment
   */
  Map<Integer, String> committedReferences() throws IOException;

  /**
   * By partition its newest committed epoch, of those that have one.
   *
   * @throws io.statefun.wire.NewerFormatException if a newer version has committed one of them
   * @throws IOException if they cannot be told at the moment
   */
  default Map<Integer, EpochId> newest() throws IOException {
    Map<Integer, EpochId> newest = new HashMap<>();
    for (Map.Entry<Integer, String> reference : committedReferences().entrySet()) {
      newest.put(reference.getKey(), EpochReference.parse(reference.getValue()));
    }
    return newest;
  }
}
