/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.springframework.util.Assert;

/**
 * The template on the engine. It asks for the engine when it is used, so that beans which functions
 * need can have the template.
 */
final class EngineStateFunTemplate implements StateFunTemplate {

  private final Supplier<StateFunEngine> engine;
  private final Supplier<Routers> routers;
  private final Duration defaultTimeout;

  EngineStateFunTemplate(
      Supplier<StateFunEngine> engine, Supplier<Routers> routers, Duration defaultTimeout) {
    this.engine = engine;
    this.routers = routers;
    this.defaultTimeout = defaultTimeout;
  }

  @Override
  public CompletableFuture<Void> send(Address target, Object message) {
    Assert.notNull(target, "Target must not be null");
    Assert.notNull(message, "Message must not be null");
    return engine.get().send(target, message);
  }

  @Override
  public <T> CompletableFuture<T> request(Address target, Object message, Class<T> replyType) {
    return request(target, message, replyType, defaultTimeout);
  }

  @Override
  public <T> CompletableFuture<T> request(
      Address target, Object message, Class<T> replyType, Duration timeout) {
    Assert.notNull(target, "Target must not be null");
    Assert.notNull(message, "Message must not be null");
    Assert.notNull(replyType, "Reply type must not be null");
    Assert.isTrue(timeout.compareTo(Duration.ZERO) > 0, "Timeout must be more than 0");
    CompletableFuture<T> reply = engine.get().request(target, message, replyType);
    return reply
        .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
        .exceptionally(
            failure -> {
              if (failure instanceof TimeoutException) {
                TimeoutException explained =
                    new TimeoutException(
                        "%s has not replied to %s within %s"
                            .formatted(target, message.getClass().getName(), timeout));
                explained.initCause(failure);
                throw new CompletionException(explained);
              }
              throw failure instanceof CompletionException wrapped
                  ? wrapped
                  : new CompletionException(failure);
            });
  }

  @Override
  public <T> CompletableFuture<T> query(Address target, Object query, Class<T> answerType) {
    Assert.notNull(target, "Target must not be null");
    Assert.notNull(query, "Query must not be null");
    Assert.notNull(answerType, "Answer type must not be null");
    return engine.get().query(target, query, answerType);
  }

  @Override
  public CompletableFuture<Void> complete(String token, Object message) {
    Assert.notNull(token, "Token must not be null");
    Assert.notNull(message, "Message must not be null");
    return engine.get().awakeables().complete(token, message);
  }

  @Override
  public CompletableFuture<Void> ingest(Object record) {
    Assert.notNull(record, "Record must not be null");
    StateFunEngine running = engine.get();
    return CompletableFuture.allOf(
        routers.get().route(record).stream()
            .map(routed -> running.send(routed.target(), routed.message()))
            .toArray(CompletableFuture[]::new));
  }
}
