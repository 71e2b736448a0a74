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
  public void committed(Commit commit) {
    listeners.forEach(listener -> listener.committed(commit));
  }

  @Override
  public void gained(int partitions, long nanos) {
    listeners.forEach(listener -> listener.gained(partitions, nanos));
  }

  @Override
  public void left(int partitions, long nanos) {
    listeners.forEach(listener -> listener.left(partitions, nanos));
  }

  @Override
  public void lost(int partitions) {
    listeners.forEach(listener -> listener.lost(partitions));
  }

  @Override
  public void failed(Throwable cause) {
    listeners.forEach(listener -> listener.failed(cause));
  }
}
