/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import io.statefun.engine.Invocation.AsyncEnd;
import io.statefun.function.AsyncResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** How long a request goes on waiting for what its functions have begun, all of it together. */
final class Patience {

  private final long timeoutNanos;
  private long spentNanos;

  Patience(Duration timeout) {
    this.timeoutNanos = timeout.toNanos();
  }

  /**
   * Waits for an operation.
   *
   * @return how it ended; unknown if the patience came to its end first
   * @throws InterruptedException if the thread is told to stop
   */
  AsyncEnd await(CompletionStage<?> operation) throws InterruptedException {
    CompletableFuture<AsyncEnd> end = new CompletableFuture<>();
    operation.whenComplete((value, failure) -> end.complete(end(value, failure)));
    long begin = System.nanoTime();
    try {
      return end.get(Math.max(0, timeoutNanos - spentNanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return new AsyncEnd(AsyncResult.Status.UNKNOWN, null, null);
    } catch (ExecutionException e) {
      throw new AssertionError("Completes with a value", e);
    } finally {
      spentNanos += System.nanoTime() - begin;
    }
  }

  private static AsyncEnd end(@Nullable Object value, @Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return new AsyncEnd(
        cause == null ? AsyncResult.Status.SUCCESS : AsyncResult.Status.FAILURE, value, cause);
  }
}
