/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.stereotype.Component;

/** The sample's own threads: one that is the provider's, and one that looks after the rest. */
@Component
class BillingThreads implements AutoCloseable {

  private final ScheduledExecutorService provider = daemon("billing-provider");
  private final ScheduledExecutorService housekeeping = daemon("billing-housekeeping");

  private static ScheduledExecutorService daemon(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  ScheduledExecutorService provider() {
    return provider;
  }

  ScheduledExecutorService housekeeping() {
    return housekeeping;
  }

  @Override
  public void close() {
    housekeeping.shutdownNow();
    provider.shutdown();
  }
}
