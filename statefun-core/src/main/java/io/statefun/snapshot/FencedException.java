/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

/** Another node has gone on with the application on this store: this node must stop. */
public final class FencedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param epoch the epoch that the other node has committed
   */
  public FencedException(long epoch) {
    super(
        "Another process has taken over this application: it has committed epoch "
            + epoch
            + " on the same snapshot store. This process commits nothing any more. Make sure that"
            + " only one process runs per application, or that each has a store of its own.");
  }
}
