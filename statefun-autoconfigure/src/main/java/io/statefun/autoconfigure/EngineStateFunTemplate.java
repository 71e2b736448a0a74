/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
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
    return within(
        timeout,
        target,
        message.getClass().getName(),
        engine.get().request(target, message, replyType));
  }

  private static <T> CompletableFuture<T> within(
      Duration timeout, Address target, String message, CompletableFuture<T> reply) {
    return reply
        .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
        .exceptionally(
            failure -> {
              if (failure instanceof TimeoutException) {
                TimeoutException explained =
                    new TimeoutException(
                        "%s has not replied to %s within %s".formatted(target, message, timeout));
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
  public KeyedStateFunTemplate withKey(String key, Duration retention) {
    Assert.notNull(key, "Key must not be null");
    Assert.isTrue(retention.toMillis() > 0, "Retention must be at least 1 ms");
    return new Keyed(key, retention);
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

  private final class Keyed implements KeyedStateFunTemplate {

    private final String key;
    private final Duration retention;

    Keyed(String key, Duration retention) {
      this.key = key;
      this.retention = retention;
    }

    @Override
    public CompletableFuture<Void> send(Address target, Object message) {
      Assert.notNull(target, "Target must not be null");
      Assert.notNull(message, "Message must not be null");
      return engine.get().keyedCalls().send(target, message, key, retention);
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
      Assert.isTrue(timeout.compareTo(Duration.ZERO) > 0, "Timeout must be more than 0");
      StateFunEngine running = engine.get();
      MessageType<T> type = running.messageTypes().forClass(replyType);
      return within(
          timeout,
          target,
          message.getClass().getName(),
          running
              .keyedCalls()
              .call(target, message, key, retention)
              .thenApply(reply -> reply.as(type)));
    }

    @Override
    public <T> CompletableFuture<T> attach(Address target, Class<T> replyType) {
      Assert.notNull(target, "Target must not be null");
      StateFunEngine running = engine.get();
      MessageType<T> type = running.messageTypes().forClass(replyType);
      return within(
          defaultTimeout,
          target,
          "the message with that key",
          running.keyedCalls().attach(target, key).thenApply(reply -> reply.as(type)));
    }
  }
}
