/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.snapshot.SnapshotStoreException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a snapshot store that cannot be used. */
final class SnapshotStoreFailureAnalyzer extends AbstractFailureAnalyzer<SnapshotStoreException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, SnapshotStoreException cause) {
    return new FailureAnalysis(cause.description(), cause.action(), cause);
  }
}
