/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Runs statements, each on a thread of its own that ends with it, so that it can be interrupted
 * without harm. What a statement costs besides is far more than a thread.
 */
final class Statements implements AutoCloseable {

  /** Statements are read and planned by recursion. */
  private static final long STACK = 4L << 20;

  private final SqlProperties properties;
  private final Semaphore free;
  private final Set<CompletableFuture<SqlRows>> running = ConcurrentHashMap.newKeySet();

  Statements(SqlProperties properties) {
    this.properties = properties;
    this.free = new Semaphore(properties.maxConcurrent());
  }

  /** Begins one, which is stopped when nobody waits for its rows any more. */
  CompletableFuture<SqlRows> run(Function<Allowance, SqlRows> statement) {
    CompletableFuture<SqlRows> rows = new CompletableFuture<>();
    if (!free.tryAcquire()) {
      rows.completeExceptionally(
          new RejectedExecutionException(
              "There run " + properties.maxConcurrent() + " statements already. Ask again later"));
      return rows;
    }
    Allowance allowance = new Allowance(properties.maxMemory().toBytes());
    Thread thread = new Thread(null, () -> run(statement, allowance, rows), "statefun-sql", STACK);
    thread.setDaemon(true);
    running.add(rows);
    CompletableFuture<Void> timer = timer(rows);
    var unused =
        rows.whenComplete(
            (done, failure) -> {
              timer.cancel(false);
              running.remove(rows);
              allowance.stop();
              thread.interrupt();
            });
    thread.start();
    return rows;
  }

  private void run(
      Function<Allowance, SqlRows> statement,
      Allowance allowance,
      CompletableFuture<SqlRows> rows) {
    SqlRows result = null;
    Throwable failure = null;
    try {
      result = statement.apply(allowance);
    } catch (ScanRows.PageFailedException e) {
      failure = e.getCause();
    } catch (Throwable e) {
      failure = e;
    }
    free.release();
    if (result != null) {
      rows.complete(result);
    } else {
      rows.completeExceptionally(failure == null ? new IllegalStateException() : failure);
    }
  }

  private CompletableFuture<Void> timer(CompletableFuture<SqlRows> rows) {
    CompletableFuture<Void> timer = new CompletableFuture<>();
    var unused =
        timer.thenRun(
            () ->
                rows.completeExceptionally(
                    new TimeoutException(
                        "The statement took longer than "
                            + properties.timeout()
                            + ", and was stopped. Ask for less")));
    return timer.completeOnTimeout(null, properties.timeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    for (CompletableFuture<SqlRows> one : running) {
      one.cancel(false);
    }
  }
}
