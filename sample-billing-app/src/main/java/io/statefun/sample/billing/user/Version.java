/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.user;

import java.util.Comparator;

/**
 * Which of two changes of a row is the later one.
 *
 * @param lsn the position in the database's log, or 0 if the database has none
 * @param tsMs the time of the change, for databases without positions
 */
public record Version(long lsn, long tsMs) implements Comparable<Version> {

  static final Version NONE = new Version(-1, -1);

  private static final Comparator<Version> ORDER =
      Comparator.comparingLong(Version::lsn).thenComparingLong(Version::tsMs);

  @Override
  public int compareTo(Version other) {
    return ORDER.compare(this, other);
  }

  boolean after(Version other) {
    return compareTo(other) > 0;
  }
}
