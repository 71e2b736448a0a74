/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

/** Hears what an engine does, for metrics and health. Called by the engine's threads; be quick. */
public interface EngineListener {

  /**
   * An epoch is committed.
   *
   * @param nanos how long that took, from the barrier on
   * @param bytes how many bytes it has
   */
  default void committed(long nanos, long bytes) {}

  /** The engine has stopped by itself. */
  default void failed(Throwable cause) {}
}
