/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypedValue;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Calls with a key, which have one effect and one answer however often they are made: also when the
 * caller, the application or both die in between. The key is known to the instance that is called,
 * so that other instances may be called with the same one. May be used by any thread.
 */
public final class KeyedCalls {

  /** How long a key may be, in characters. */
  public static final int MAX_KEY = 256;

  private final Supplier<Node> node;
  private final BiConsumer<Node, Address> room;
  private final MessageTypes types;

  KeyedCalls(Supplier<Node> node, BiConsumer<Node, Address> room, MessageTypes types) {
    this.node = node;
    this.room = room;
    this.types = types;
  }

  /**
   * Sends a message, unless it was sent with the key before, and waits for the reply.
   *
   * @param retention how long the key is known, from the first call on
   * @return completes with the reply when what the function did is committed, and at once if it had
   *     replied before. Exceptionally with a {@link RequestFailedException} if the function cannot
   *     handle the message, or the key was used for another one
   * @throws IllegalArgumentException if the key is empty or longer than {@value #MAX_KEY}
   *     characters, or the message's type is not known
   * @throws IllegalStateException if the engine does not run, or this process has no partitions
   */
  public CompletableFuture<TypedValue> call(
      Address target, Object message, String key, Duration retention) {
    return call(target, message, key, retention, true);
  }

  /**
   * Sends a message, unless it was sent with the key before.
   *
   * @return completes when the message is committed; {@link #attach} tells of its reply
   */
  public CompletableFuture<Void> send(
      Address target, Object message, String key, Duration retention) {
    return Requests.then(call(target, message, key, retention, false), answer -> null);
  }

  private CompletableFuture<TypedValue> call(
      Address target, Object message, String key, Duration retention, boolean forReply) {
    check(key);
    TypedValue value = types.wrap(message);
    Node running = node.get();
    room.accept(running, target);
    return running.ask(
        target, new Control.Call(key, running.newNonce(), value, retention.toMillis(), forReply));
  }

  /**
   * Waits for the reply to a call that was made with a key.
   *
   * @return as that of {@link #call}; exceptionally also if there was no such call, or it is
   *     forgotten
   */
  public CompletableFuture<TypedValue> attach(Address target, String key) {
    check(key);
    return node.get().ask(target, new Control.Attach(key));
  }

  private static void check(String key) {
    if (key.isEmpty() || key.length() > MAX_KEY) {
      throw new IllegalArgumentException(
          "A key must have 1 to " + MAX_KEY + " characters, and this one has " + key.length());
    }
  }
}
