/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.io.Egress;
import io.statefun.message.TypeName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * An egress that calls code of the application for each record, on a thread of its own, so that a
 * slow receiver holds up nobody else. When a batch comes again because a record was refused, those
 * before it are not delivered again.
 */
abstract class SequentialEgress implements Egress {

  private static final long CLOSE_SECONDS = 10;

  private final ExecutorService executor;
  private final Set<String> delivered = new HashSet<>();

  SequentialEgress(TypeName name) {
    this.executor =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "statefun-egress-" + name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Delivers a record; throws if it must come again. */
  abstract void deliver(Delivery delivery) throws Exception;

  @Override
  public final CompletionStage<?> deliver(List<Delivery> batch) {
    return CompletableFuture.runAsync(() -> deliverAll(batch), executor);
  }

  private void deliverAll(List<Delivery> batch) {
    for (Delivery delivery : batch) {
      if (!delivered.contains(delivery.id())) {
        try {
          deliver(delivery);
        } catch (Exception e) {
          throw new CompletionException(e);
        }
        delivered.add(delivery.id());
      }
    }
    delivered.clear();
  }

  @Override
  public final void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
