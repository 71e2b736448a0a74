/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.message.Address;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Sends messages with a key: however often one is sent to an instance, by whatever processes and
 * whatever dies in between, it has one effect and one reply. So what failed, or got no answer, is
 * just done again.
 *
 * <p>The key belongs to the instance; others may be sent to with the same one. Another message with
 * the same key is refused with a {@link io.statefun.engine.RequestFailedException}, whose reason is
 * {@code KEY_REUSED}. All methods may be called by any thread.
 *
 * @see StateFunTemplate#withKey(String)
 */
public interface KeyedStateFunTemplate {

  /**
   * Sends a message, unless it was sent before.
   *
   * @param message of a type that the application knows
   * @return completes when the message is committed
   */
  CompletableFuture<Void> send(Address target, Object message);

  /**
   * Sends a message to a function given by type name and id, unless it was sent before.
   *
   * @see #send(Address, Object)
   */
  default CompletableFuture<Void> send(String type, String id, Object message) {
    return send(Address.of(type, id), message);
  }

  /**
   * Sends a message, unless it was sent before, to a function that replies to it within {@code
   * statefun.request-timeout}.
   *
   * @param replyType the reply's type
   * @return completes with the reply when it is committed, and at once with the same one if it was
   *     sent before; fails with {@link java.util.concurrent.TimeoutException} if there is none in
   *     time
   */
  <T> CompletableFuture<T> request(Address target, Object message, Class<T> replyType);

  /**
   * The same within another time.
   *
   * @param timeout how long to wait for the reply
   * @see #request(Address, Object, Class)
   */
  <T> CompletableFuture<T> request(
      Address target, Object message, Class<T> replyType, Duration timeout);

  /**
   * The same for a function given by type name and id.
   *
   * @see #request(Address, Object, Class)
   */
  default <T> CompletableFuture<T> request(
      String type, String id, Object message, Class<T> replyType) {
    return request(Address.of(type, id), message, replyType);
  }

  /**
   * Waits for the reply to a message that was sent with the key, also by {@link #send}, within
   * {@code statefun.request-timeout}.
   *
   * @param replyType the reply's type
   * @return completes with the reply; fails with a {@link
   *     io.statefun.engine.RequestFailedException}, whose reason is {@code NOT_FOUND}, if nothing
   *     was sent with the key, or it is forgotten
   */
  <T> CompletableFuture<T> attach(Address target, Class<T> replyType);

  /**
   * The same for a function given by type name and id.
   *
   * @see #attach(Address, Class)
   */
  default <T> CompletableFuture<T> attach(String type, String id, Class<T> replyType) {
    return attach(Address.of(type, id), replyType);
  }
}
