/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far the first state is; told to the log every ten seconds. */
final class BootstrapProgress {

  private static final Logger log = LoggerFactory.getLogger(BootstrapProgress.class);
  private static final long TOLD_EVERY_NANOS = 10_000_000_000L;

  private volatile long rows;
  private volatile double share = Double.NaN;
  private long toldAt;
  private long rowsTold;

  /** Begins, perhaps behind what was done before. */
  void begin(long rowsBefore) {
    rows = rowsBefore;
    rowsTold = rowsBefore;
    toldAt = System.nanoTime();
  }

  /**
   * Goes on.
   *
   * @param input what is being read
   * @param done how much of it was read
   * @param size how much there is; -1 if that is not known
   */
  void read(String input, long rowCount, long done, long size) {
    rows = rowCount;
    share = size > 0 ? Math.min(1, done / (double) size) : Double.NaN;
    long now = System.nanoTime();
    if (now - toldAt >= TOLD_EVERY_NANOS) {
      log.info(
          "Bootstrap: {} rows, {} a second{}",
          rowCount,
          (rowCount - rowsTold) * 1_000_000_000L / (now - toldAt),
          Double.isNaN(share)
              ? ", of '" + input + "'"
              : String.format(Locale.ROOT, ", %.1f %% of '%s'", share * 100, input));
      toldAt = now;
      rowsTold = rowCount;
    }
  }

  long rows() {
    return rows;
  }

  /** Which share of the input that is read was read, 0 to 1; not a number if nobody knows. */
  double share() {
    return share;
  }
}
