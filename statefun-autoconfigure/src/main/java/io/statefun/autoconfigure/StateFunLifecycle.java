/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.StateFunEngine;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the engine before the application takes requests, and stops it after the last one: at
 * shutdown, phases come to their end from the highest to the lowest. Listeners and jobs of the
 * default phase, Boot's graceful shutdown and the web server all have higher ones.
 */
final class StateFunLifecycle implements SmartLifecycle {

  /**
   * Below that of the web server, {@code WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE}.
   */
  static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 3 * 1024;

  private final StateFunEngine engine;
  private final Duration timeout;
  private volatile boolean running;

  StateFunLifecycle(StateFunEngine engine, Duration timeout) {
    this.engine = engine;
    this.timeout = timeout;
  }

  @Override
  public void start() {
    engine.start();
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    engine.stop(timeout);
  }

  /** Whether it must be stopped; true as well if the engine has failed. */
  @Override
  public boolean isRunning() {
    return running;
  }

  /** An engine starts once, so a context that is paused keeps it. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
