/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import io.statefun.io.RefusedRecordsException;
import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The epochs of a node that are committed, and how the next one becomes so. Used by one thread. */
public interface EpochLog {

  /**
   * Reads the history of partitions, to continue it. May be called by another thread than {@link
   * #commit}, for partitions that are not among those.
   *
   * @throws IOException if it cannot be read, or something of it is missing
   */
  History open(Set<Integer> partitions) throws IOException;

  /**
   * Commits the epoch after the newest one. To be called again after an exception, with the same
   * content: an attempt that succeeded without telling is found.
   *
   * @param needs what each partition of the node is restored from, in ascending order
   * @param output what leaves with the epoch; nothing of it unless the log {@link #takesOutput}
   * @return the epoch, as it is committed
   * @throws io.statefun.snapshot.FencedException if another process goes on with the history
   * @throws RefusedRecordsException if some records can never leave; the epoch is not committed,
   *     and can be under the same number with other content
   * @throws IOException if it is not known whether the epoch is committed
   */
  EpochId commit(long epoch, EpochWriter content, List<EpochHeader.Need> needs, EpochOutput output)
      throws IOException, RefusedRecordsException;

  /** How long the transaction of the last {@link #commit} took, in nanoseconds; 0 without one. */
  default long transactionNanos() {
    return 0;
  }

  /** Whether records and positions take part in the commit. */
  boolean takesOutput();

  /**
   * How many bytes a message for a partition elsewhere may have, as it is stored. A larger one
   * would hold up the commit for ever.
   */
  int largestMessage();

  /**
   * Positions in the inboxes of partitions, behind every message that was committed before the
   * call. May be called by another thread than {@link #commit}.
   *
   * @throws IOException if they cannot be told at the moment
   */
  Map<Integer, Long> inboxEnds(Set<Integer> partitions) throws IOException;

  /**
   * Deletes epochs that nothing needs any more.
   *
   * @param needs what the partitions of the node need, as it was committed last
   */
  void collect(List<EpochHeader.Need> needs, FaultPoint.Listener faults) throws IOException;
}
