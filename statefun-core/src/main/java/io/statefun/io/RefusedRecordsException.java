/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.io;

import java.util.Map;

/**
 * Records that will never be taken, whatever is tried: too large, for a topic that is not there, or
 * that the application may not write to.
 */
public final class RefusedRecordsException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Map<Integer, Throwable> causes;

  /**
   * @param causes why, by the records' indexes in what was to be delivered; never empty
   */
  public RefusedRecordsException(Map<Integer, Throwable> causes) {
    super(causes.size() + " records are refused for good");
    this.causes = Map.copyOf(causes);
  }

  /** Why records are refused, by their indexes in what was to be delivered. */
  public Map<Integer, Throwable> causes() {
    return causes;
  }
}
