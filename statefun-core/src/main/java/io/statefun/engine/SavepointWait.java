/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a savepoint that was asked for, whichever process coordinates it, by looking into the
 * store.
 */
final class SavepointWait implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(SavepointWait.class);

  private static final Executor SOON =
      CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS);

  private final SavepointStore store;
  private final String request;
  private final long after;
  private final long deadline;
  private final BooleanSupplier useful;
  private final CompletableFuture<Savepoint> result = new CompletableFuture<>();

  /**
   * @param after the number of the newest savepoint before the request
   * @param patience how long to wait
   * @param useful whether it may come at all
   */
  SavepointWait(
      SavepointStore store, String request, long after, Duration patience, BooleanSupplier useful) {
    this.store = store;
    this.request = request;
    this.after = after;
    this.deadline = System.nanoTime() + patience.toNanos();
    this.useful = useful;
  }

  /** Begins to wait. */
  CompletableFuture<Savepoint> begin() {
    SOON.execute(this);
    return result;
  }

  @Override
  public void run() {
    if (result.isDone()) {
      return;
    }
    try {
      store.newest(after, request).ifPresent(result::complete);
    } catch (IOException e) {
      LOG.debug("The store of savepoints does not answer", e);
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
    if (!useful.getAsBoolean()) {
      fail("the engine has stopped");
    } else if (System.nanoTime() - deadline > 0) {
      fail(
          "it did not become complete in time; the log of the process that has partition 0 tells why");
    } else {
      SOON.execute(this);
    }
  }

  private void fail(String why) {
    result.completeExceptionally(
        new IllegalStateException("There is no savepoint for request " + request + ": " + why));
  }
}
