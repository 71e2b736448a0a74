/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.EngineListener;
import java.util.List;

/** Several listeners as one. */
record EngineListeners(List<EngineListener> listeners) implements EngineListener {

  @Override
  public void committed(long nanos, long bytes) {
    listeners.forEach(listener -> listener.committed(nanos, bytes));
  }

  @Override
  public void failed(Throwable cause) {
    listeners.forEach(listener -> listener.failed(cause));
  }
}
