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
 * The way into the functions for the rest of the application: controllers, listeners, jobs.
 *
 * <pre>{@code
 * template.send("shop/cart", "42", new ItemAdded("book")).join();
 * Total total = template.request("shop/cart", "42", new GetTotal(), Total.class).join();
 * }</pre>
 *
 * <h2>What a future promises</h2>
 *
 * <p>A future completes after the commit: whatever crashes then, the message counts, once. A future
 * that fails, or never completes because the process died, says nothing: the message may count or
 * not. Who must know sends it {@linkplain #withKey with a key}, and again until there is an answer.
 *
 * <h2>Errors</h2>
 *
 * <p>A message whose type is not known is refused with {@link IllegalArgumentException}, and every
 * message with {@link IllegalStateException} unless the engine runs. It does from the moment the
 * application's {@code Lifecycle} beans start, before the web server takes requests, until these
 * have come to their end at shutdown.
 *
 * <h2>Threads</h2>
 *
 * <p>All methods may be called by any thread. If functions handle messages more slowly than they
 * come, the caller is held up until there is room. What is attached to a future runs on a thread
 * that all futures share, and must not wait for another one. Functions do not use the template; to
 * send with the same commit as everything else they do, they use their {@code Context}.
 */
public interface StateFunTemplate {

  /**
   * Sends a message to a function.
   *
   * @param message of a type that the application knows
   * @return completes when the message is committed, before or after it was handled
   */
  CompletableFuture<Void> send(Address target, Object message);

  /**
   * Sends a message to a function given by type name and id.
   *
   * @param type the function's type name, {@code namespace/name}
   * @param id the instance's id
   * @param message of a type that the application knows
   * @return completes when the message is committed, before or after it was handled
   */
  default CompletableFuture<Void> send(String type, String id, Object message) {
    return send(Address.of(type, id), message);
  }

  /**
   * Sends a message to a function that replies to it, within {@code statefun.request-timeout}.
   *
   * @param replyType the reply's type
   * @return completes with the reply when it, and all else that the function did, is committed;
   *     fails with {@link java.util.concurrent.TimeoutException} if there is none in time
   */
  <T> CompletableFuture<T> request(Address target, Object message, Class<T> replyType);

  /**
   * Sends a message to a function that replies to it within a time.
   *
   * @param replyType the reply's type
   * @param timeout how long to wait for the reply
   * @return completes with the reply when it, and all else that the function did, is committed;
   *     fails with {@link java.util.concurrent.TimeoutException} if there is none in time
   */
  <T> CompletableFuture<T> request(
      Address target, Object message, Class<T> replyType, Duration timeout);

  /**
   * Sends a message to a function given by type name and id, which replies to it within {@code
   * statefun.request-timeout}.
   *
   * @see #request(Address, Object, Class)
   */
  default <T> CompletableFuture<T> request(
      String type, String id, Object message, Class<T> replyType) {
    return request(Address.of(type, id), message, replyType);
  }

  /**
   * Sends a message to a function given by type name and id, which replies to it within a time.
   *
   * @see #request(Address, Object, Class, Duration)
   */
  default <T> CompletableFuture<T> request(
      String type, String id, Object message, Class<T> replyType, Duration timeout) {
    return request(Address.of(type, id), message, replyType, timeout);
  }

  /**
   * Has a {@link io.statefun.function.QueryHandler} answer a query, from what is committed of the
   * instance and beside its messages, within {@code statefun.queries.timeout}.
   *
   * @param query of a type that a query handler of the function takes
   * @param answerType the answer's type
   * @return completes with the answer; fails with {@link io.statefun.engine.RequestFailedException}
   *     if there is none
   */
  default <T> CompletableFuture<T> query(Address target, Object query, Class<T> answerType) {
    // As a message, a query is answered in its turn.
    return request(target, query, answerType);
  }

  /**
   * Has a query answered by an instance given by type name and id.
   *
   * @see #query(Address, Object, Class)
   */
  default <T> CompletableFuture<T> query(
      String type, String id, Object query, Class<T> answerType) {
    return query(Address.of(type, id), query, answerType);
  }

  /**
   * Completes an awakeable of a function, as when somebody has followed a link: the instance that
   * waits gets the message, once. To complete it with the same message again succeeds and has no
   * effect.
   *
   * @param token the awakeable's token
   * @param message of a type that the function has named
   * @return completes when the message is committed; fails with {@link
   *     io.statefun.engine.CompletionRefusedException} if it is not taken, as it comes too late
   * @see io.statefun.function.Context#awakeable(Class, Duration, Object)
   */
  CompletableFuture<Void> complete(String token, Object message);

  /**
   * Sends with a key, which is known for a day, so that a message counts once however often it is
   * sent.
   *
   * @param key of 1 to 256 characters, as the id of an order or of a request
   */
  default KeyedStateFunTemplate withKey(String key) {
    return withKey(key, Duration.ofDays(1));
  }

  /**
   * Sends with a key, so that a message counts once however often it is sent.
   *
   * @param key of 1 to 256 characters, as the id of an order or of a request
   * @param retention how long an instance knows the key, from its first use on
   */
  KeyedStateFunTemplate withKey(String key, Duration retention);

  /**
   * Sends the messages that the {@link Router} bean for the record's class makes of it. They are
   * committed together or one after another: after a failure some may count and others not.
   *
   * @return completes when all of them are committed
   * @throws IllegalArgumentException if there is no router for the record's class
   */
  CompletableFuture<Void> ingest(Object record);
}
