/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.autoconfigure.app.TestApplication;
import io.statefun.engine.StateFunEngine;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.HeapBackend;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Contexts to begin tests with. */
final class ContextRunners {

  private ContextRunners() {}

  /** An application without functions, in files. */
  static ApplicationContextRunner empty() {
    return new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(JacksonAutoConfiguration.class, StateFunAutoConfiguration.class))
        .withPropertyValues(
            "spring.application.name=test", "statefun.partitions=4", "statefun.workers=2");
  }

  /** An application without functions, in memory. */
  static ApplicationContextRunner inMemory() {
    return on(new InMemorySnapshotStore());
  }

  /** An application without functions, on a store in memory that may outlive it. */
  static ApplicationContextRunner on(InMemorySnapshotStore store) {
    return empty()
        .withBean(SnapshotStore.class, store::newHandle)
        .withBean(StateFunEngine.BackendFactory.class, () -> application -> new HeapBackend());
  }

  /** The test application, in memory. */
  static ApplicationContextRunner application() {
    return inMemory()
        .withUserConfiguration(TestApplication.Functions.class, TestApplication.Receiver.class);
  }
}
