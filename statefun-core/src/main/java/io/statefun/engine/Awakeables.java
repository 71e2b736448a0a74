/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypedValue;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Completes what instances wait for, see {@link io.statefun.function.Awakeable}. May be used by any
 * thread, in any process of the application that has partitions.
 */
public final class Awakeables {

  private static final CompletionRefusedException.Reason[] REASONS =
      CompletionRefusedException.Reason.values();

  private final Supplier<Node> node;
  private final BiConsumer<Node, Address> room;
  private final MessageTypes types;
  private final int partitions;

  Awakeables(
      Supplier<Node> node, BiConsumer<Node, Address> room, MessageTypes types, int partitions) {
    this.node = node;
    this.room = room;
    this.types = types;
    this.partitions = partitions;
  }

  /**
   * Completes an awakeable: its owner gets the message, unless it was completed, withdrawn or timed
   * out before. Whoever does not learn what came of it asks again: to complete it with the same
   * message again has no effect, and succeeds for a day.
   *
   * @param message of a type that its owner has named
   * @return completes when the message is committed, before or after it was handled; exceptionally
   *     with a {@link CompletionRefusedException} if it is not taken
   * @throws IllegalArgumentException if the message's type is not known
   * @throws IllegalStateException if the engine does not run, or this process has no partitions
   */
  public CompletableFuture<Void> complete(String token, Object message) {
    TypedValue value = types.wrap(message);
    AwakeableToken parsed = AwakeableToken.parse(token);
    if (parsed == null) {
      return CompletableFuture.failedFuture(
          new CompletionRefusedException(CompletionRefusedException.Reason.UNKNOWN));
    }
    Node running = node.get();
    Address place = parsed.place(partitions);
    room.accept(running, place);
    return Requests.then(
        running.ask(place, new Control.Complete(token, value)), Awakeables::checked);
  }

  // The partition's part

  /** What a partition answers to a completion. */
  static TypedValue answer(CompletionRefusedException.@Nullable Reason refused) {
    return Answer.of(new byte[] {(byte) (refused == null ? 0 : 1 + refused.ordinal())});
  }

  /**
   * Reads the answer.
   *
   * @throws CompletionRefusedException if it was not completed
   */
  @SuppressWarnings("NullAway") // There is no other value of Void.
  static Void checked(TypedValue answer) {
    int code = answer.bytes()[0];
    if (code > 0) {
      throw new CompletionRefusedException(REASONS[Math.min(code, REASONS.length) - 1]);
    }
    return null;
  }
}
