/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import org.junit.jupiter.api.Test;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

class StateFunLifecycleTest {

  @Test
  void startsBeforeTheWebServerAndStopsAfterIt() {
    assertThat(StateFunLifecycle.PHASE)
        .isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
        .isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE);
  }

  @Test
  void runsWhileBeansOfHigherPhasesDo() {
    ContextRunners.inMemory()
        .withBean(Job.class)
        .run(
            context -> {
              Job job = context.getBean(Job.class);
              assertThat(job.atStart).isEqualTo(EngineStatus.State.RUNNING);
              context.close();
              assertThat(job.atStop).isEqualTo(EngineStatus.State.RUNNING);
              assertThat(job.engine.status().state()).isEqualTo(EngineStatus.State.STOPPED);
            });
  }

  /** A job of the default phase. */
  static class Job implements SmartLifecycle {

    final StateFunEngine engine;
    EngineStatus.State atStart = EngineStatus.State.NEW;
    EngineStatus.State atStop = EngineStatus.State.NEW;
    private boolean running;

    Job(StateFunEngine engine) {
      this.engine = engine;
    }

    @Override
    public void start() {
      running = true;
      atStart = engine.status().state();
    }

    @Override
    public void stop() {
      running = false;
      atStop = engine.status().state();
    }

    @Override
    public boolean isRunning() {
      return running;
    }
  }
}
