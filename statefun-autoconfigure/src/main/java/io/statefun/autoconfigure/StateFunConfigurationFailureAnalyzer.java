/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains beans or properties that do not fit together. */
final class StateFunConfigurationFailureAnalyzer
    extends AbstractFailureAnalyzer<StateFunConfigurationException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, StateFunConfigurationException cause) {
    return new FailureAnalysis(cause.description(), cause.action(), cause);
  }
}
