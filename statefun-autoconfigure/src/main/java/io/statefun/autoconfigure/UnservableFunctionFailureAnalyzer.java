/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.remote.endpoint.UnservableFunctionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a function that cannot be served to a runtime elsewhere. */
final class UnservableFunctionFailureAnalyzer
    extends AbstractFailureAnalyzer<UnservableFunctionException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, UnservableFunctionException cause) {
    return new FailureAnalysis(cause.description(), cause.action(), cause);
  }
}
