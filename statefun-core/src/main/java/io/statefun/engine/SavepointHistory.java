/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.savepoint.Savepoint;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Remembers, for metrics and the health, what became of the savepoints that this process has
 * coordinated.
 */
final class SavepointHistory {

  private EngineStatus.@Nullable CompleteSavepoint newest;
  private EngineStatus.@Nullable FailedSavepoint failure;
  private long completed;
  private long failed;

  /** Another process has taken the newest savepoint so far, or this one before it was restarted. */
  synchronized void found(Savepoint savepoint) {
    newest = describe(savepoint);
    failure = null;
  }

  /** One is complete. */
  synchronized void completed(Savepoint savepoint) {
    found(savepoint);
    completed++;
  }

  /** One was given up. */
  synchronized void failed(long number, Instant when, String why) {
    failure = new EngineStatus.FailedSavepoint(number, when, why);
    failed++;
  }

  /** Others coordinate, and know better which one is the newest. */
  synchronized void left() {
    newest = null;
    failure = null;
  }

  synchronized EngineStatus.Savepoints summary() {
    return new EngineStatus.Savepoints(newest, failure, completed, failed);
  }

  private static EngineStatus.CompleteSavepoint describe(Savepoint savepoint) {
    return new EngineStatus.CompleteSavepoint(
        savepoint.number(), savepoint.created(), savepoint.took(), savepoint.bytes());
  }
}
