/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import java.util.ArrayDeque;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * An instance whose messages wait: because its handler threw and will be tried again, or because
 * its function has stopped. Once the first message is handled the others follow in their order, and
 * the instance is blocked no more.
 */
final class BlockedInstance {

  static final long NEVER = Long.MAX_VALUE;

  final Address address;
  final SpillQueue rest;

  /** Ends of asynchronous operations, which cannot rest on disk. Their order does not matter. */
  private final ArrayDeque<Message> ends = new ArrayDeque<>();

  private int failures;

  /** What was thrown last; null if nothing was since the instance came to this process. */
  private @Nullable String cause;

  long retryAt;

  /** Until when the first message waits for a version that can handle it; 0 if it does not. */
  long waitsUntil;

  BlockedInstance(Address address, SpillQueue rest) {
    this.address = address;
    this.rest = rest;
  }

  void add(Message message) {
    if (message.end() == null) {
      rest.add(message);
    } else {
      ends.add(message);
    }
  }

  void addFirst(Message message) {
    if (message.end() == null) {
      rest.addFirst(message);
    } else {
      ends.addFirst(message);
    }
  }

  /** The message to try next, or null if none waits any more. */
  @Nullable Message peek() {
    return ends.isEmpty() ? rest.peek() : ends.peek();
  }

  void remove() {
    if (ends.isEmpty()) {
      rest.remove();
    } else {
      ends.remove();
    }
  }

  /**
   * Counts a failure of the first message, and returns how many there were.
   *
   * @param failure null if it was not tried, as its function is stopped
   */
  int fail(@Nullable Throwable failure) {
    if (failure != null) {
      cause = DeadLetter.describe(failure);
    }
    return ++failures;
  }

  /** Notes that the first message waits for a version of the application that knows it. */
  void waitUntil(long time, Throwable failure) {
    cause = DeadLetter.describe(failure);
    waitsUntil = time;
    retryAt = time;
  }

  /** Why the messages wait; null if the first of them was not tried here yet. */
  @Nullable Blockage blockage() {
    return cause == null ? null : Blockage.of(failures, retryAt, cause);
  }

  /** Forgets failures: the next message is another one. */
  void drain() {
    failures = 0;
    cause = null;
    waitsUntil = 0;
    retryAt = Long.MIN_VALUE;
  }

  void cut(Collection<Message> pending) {
    rest.cut(pending);
  }
}
