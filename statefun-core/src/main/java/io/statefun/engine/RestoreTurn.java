/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.MessageLog;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Takes part in a message log until this process owns all partitions, as nobody else does. */
final class RestoreTurn implements MessageLog.Listener {

  private static final long PATIENCE_SECONDS = 60;

  private final int partitions;
  private final CompletableFuture<MessageLog.Turn> ownsAll = new CompletableFuture<>();

  RestoreTurn(int partitions) {
    this.partitions = partitions;
  }

  /**
   * Waits until it does.
   *
   * @throws EngineStartException if others take part
   */
  MessageLog.Turn await() throws IOException {
    try {
      return ownsAll.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new EngineStartException(
          "This process did not get all partitions of the application in "
              + PATIENCE_SECONDS
              + " s.",
          "Stop all processes of the application before a savepoint is restored.",
          e);
    } catch (ExecutionException e) {
      throw new IOException("The log cannot be used: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }

  @Override
  public void gained(MessageLog.Turn turn, Set<Integer> gained) {
    if (gained.size() == partitions) {
      ownsAll.complete(turn);
    }
  }

  @Override
  public CompletableFuture<Void> leaving(Set<Integer> leaving) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void lost(String why) {
    ownsAll.completeExceptionally(new IllegalStateException(why));
  }

  @Override
  public void standsBy() {
    // Others have the partitions; await says so, unless they go.
  }

  @Override
  public void standby(Set<Integer> copies, Set<Integer> warmUps) {
    // It is about to end.
  }

  @Override
  public Map<Integer, MessageLog.Copy> copies() {
    return Map.of();
  }

  @Override
  public void failed(Throwable cause) {
    ownsAll.completeExceptionally(cause);
  }
}
