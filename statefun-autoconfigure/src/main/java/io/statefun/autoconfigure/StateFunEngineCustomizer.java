/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.StateFunEngine;

/**
 * Changes the engine before it is made, after everything from beans and properties was set. For
 * what has no property.
 */
@FunctionalInterface
public interface StateFunEngineCustomizer {

  /** Changes the engine that is about to be made. */
  void customize(StateFunEngine.Builder builder);
}
