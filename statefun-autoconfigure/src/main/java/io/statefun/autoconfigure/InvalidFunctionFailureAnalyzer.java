/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.binding.InvalidFunctionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a class that cannot be a function. */
final class InvalidFunctionFailureAnalyzer
    extends AbstractFailureAnalyzer<InvalidFunctionException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, InvalidFunctionException cause) {
    return new FailureAnalysis(cause.description(), cause.action(), cause);
  }
}
