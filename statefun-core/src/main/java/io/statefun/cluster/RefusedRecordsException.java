/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import java.util.Map;

/**
 * Records that will never be taken, whatever is tried: too large, for a topic that is not there, or
 * that the application may not write to. Nothing of their epoch is committed.
 */
public final class RefusedRecordsException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Map<Integer, Throwable> causes;

  /**
   * @param causes why, by the records' indexes in {@link EpochOutput#records}
   */
  public RefusedRecordsException(Map<Integer, Throwable> causes) {
    super(causes.size() + " records are refused for good");
    this.causes = Map.copyOf(causes);
  }

  /** Why records are refused, by their indexes in {@link EpochOutput#records}. */
  public Map<Integer, Throwable> causes() {
    return causes;
  }
}
