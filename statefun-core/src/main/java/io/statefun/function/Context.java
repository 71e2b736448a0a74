/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.function;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a handler can know and do besides its state. Usable in the handler that it was passed to, by
 * its thread, until the handler returns; later use throws {@link IllegalStateException}.
 *
 * <p>Everything done through a context takes effect when the handler returns, together with the
 * changes of state. If the handler throws, none of it does.
 */
public interface Context {

  /**
   * The address of the instance that handles the message. It stays the same for ever: if the
   * function was renamed, it has the oldest name.
   */
  Address self();

  /**
   * The instance that sent the message, or null if it came from outside. As {@link #self}, it has
   * the oldest name of a function that was renamed.
   */
  @Nullable Address caller();

  /**
   * What came with the message from outside, by name, as the headers of a Kafka record; empty for a
   * message from a function. Not to be changed.
   */
  Map<String, byte[]> headers();

  /** A header as text in UTF-8, or null if there is none of that name. */
  default @Nullable String header(String name) {
    byte[] content = headers().get(name);
    return content == null ? null : new String(content, StandardCharsets.UTF_8);
  }

  /** The time, which stays the same while the handler runs. */
  Instant now();

  /**
   * Sends a message. Messages from one instance to one other arrive in the order in which they were
   * sent.
   *
   * @param message of a type that the application knows
   * @throws IllegalArgumentException if the message's type is not known
   */
  void send(Address to, Object message);

  /** Sends a message to an address given by type name and id. */
  default void send(String type, String id, Object message) {
    send(Address.of(type, id), message);
  }

  /**
   * Sends a message to the caller.
   *
   * @throws IllegalStateException if there is none
   */
  default void reply(Object message) {
    Address to = caller();
    if (to == null) {
      throw new IllegalStateException(
          "The message that " + self() + " handles came from no function: nobody to reply to");
    }
    send(to, message);
  }

  /** Sends a message after a delay, which must not be negative. */
  default void sendAfter(Duration delay, Address to, Object message) {
    sendAt(delayed(delay), to, message);
  }

  /** Sends a message after a delay, unless it is cancelled first. */
  default void sendAfter(Duration delay, Address to, Object message, CancellationToken token) {
    sendAt(delayed(delay), to, message, token);
  }

  /** Sends a message at a time; at once if the time has passed. */
  void sendAt(Instant time, Address to, Object message);

  /**
   * Sends a message at a time, unless it is cancelled first.
   *
   * @throws IllegalStateException if a message of this instance waits under the same token
   */
  void sendAt(Instant time, Address to, Object message, CancellationToken token);

  /**
   * Cancels the delayed message that this instance scheduled under the token. Nothing happens if
   * there is none, or it was sent already.
   */
  void cancel(CancellationToken token);

  /** The instance's reminders. */
  Reminders reminders();

  /**
   * Has somebody outside send this instance a message, once, who is no function and may come much
   * later: a person who decides, a service that calls back. Whoever gets the token can complete the
   * awakeable through the application's API. Exactly one of two messages comes: the one that
   * completes it first, or, if nobody does in time, the one of the time-out; unless it is
   * {@linkplain #withdraw withdrawn} before.
   *
   * @param types the types of the messages that may complete it, for which there should be
   *     handlers. A class of a sealed hierarchy stands for all of that
   * @param timeout for how long it can be completed, from now on; at least one millisecond
   * @param onTimeout the message that comes if nobody does, also of a type that the application
   *     knows
   * @throws IllegalArgumentException if a type is not known or there is none, or the time-out is
   *     too short
   * @throws UnsupportedOperationException if the function is served to a runtime elsewhere
   */
  default Awakeable awakeable(Set<Class<?>> types, Duration timeout, Object onTimeout) {
    throw new UnsupportedOperationException("There are no awakeables here");
  }

  /** Makes an awakeable that messages of one type may complete; the same as for a set of it. */
  default Awakeable awakeable(Class<?> type, Duration timeout, Object onTimeout) {
    return awakeable(Set.of(type), timeout, onTimeout);
  }

  /**
   * Has nothing more come of an awakeable of this instance: neither a completion, which is refused
   * from now on, nor its time-out. Nothing happens if there is none, or its message has come or
   * waits already.
   *
   * @param awakeable its {@linkplain Awakeable#id id}
   */
  default void withdraw(String awakeable) {
    throw new UnsupportedOperationException("There are no awakeables here");
  }

  /**
   * The {@linkplain Awakeable#id id} of the awakeable whose completion or time-out the message is;
   * null if it is any other message. Such a message has no caller.
   */
  default @Nullable String awakenedBy() {
    return null;
  }

  /**
   * Gives a record to an egress.
   *
   * @throws IllegalArgumentException if the egress or the value's type is not known
   */
  void egress(EgressRecord egressRecord);

  /** Gives a value without key and headers to an egress. */
  default void egress(String egress, Object value) {
    egress(EgressRecord.of(TypeName.parse(egress), value));
  }

  /**
   * Watches an operation that goes on outside, and has its end delivered to this instance as an
   * {@link AsyncResult}. The instance handles other messages meanwhile. If the process dies before
   * the end was handled, the result comes as {@link AsyncResult.Status#UNKNOWN}.
   *
   * @param request of a type that the application knows; it is stored, and chooses the handler
   * @param operation the operation, begun by the caller
   */
  void async(Object request, CompletionStage<?> operation);

  private Instant delayed(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("A delay must not be negative: " + delay);
    }
    return now().plus(delay);
  }
}
