/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.io.IOException;

/** Tells of interruptions as the ports do. */
final class Interruptions {

  private Interruptions() {}

  /** Keeps the thread interrupted. */
  static IOException of(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IOException("Interrupted", e);
  }
}
