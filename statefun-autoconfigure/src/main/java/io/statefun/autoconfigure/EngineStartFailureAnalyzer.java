/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.EngineStartException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains an engine that cannot start. */
final class EngineStartFailureAnalyzer extends AbstractFailureAnalyzer<EngineStartException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, EngineStartException cause) {
    return new FailureAnalysis(cause.description(), cause.action(), cause);
  }
}
