/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way to a function.
 *
 * @param target the instance that handles it
 * @param source the instance that sent it, or null if it came from outside
 * @param value what it says; the request, if it tells the end of an asynchronous operation
 * @param end the end of an asynchronous operation, or null for any other message
 * @param headers what came with it from outside, and {@linkplain TraceHeader its place in a trace}
 */
record Message(
    Address target,
    @Nullable Address source,
    TypedValue value,
    @Nullable AsyncCompletion end,
    Map<String, byte[]> headers) {

  static final TypedValue NOTHING =
      TypedValue.ofBytes(TypeName.of("io.statefun", "nothing"), new byte[0]);

  static Message of(Address target, @Nullable Address source, TypedValue value) {
    return of(target, source, value, Map.of());
  }

  static Message of(
      Address target, @Nullable Address source, TypedValue value, Map<String, byte[]> headers) {
    return new Message(target, source, value, null, headers);
  }

  /** A message that tells the end of an asynchronous operation. */
  static Message ofEnd(
      Address owner, TypedValue request, AsyncCompletion end, Map<String, byte[]> headers) {
    return new Message(owner, owner, request, end, headers);
  }

  /** The same message to another address. */
  Message to(Address other) {
    return new Message(other, source, value, end, headers);
  }

  /** The same message without what it says. */
  Message withoutValue() {
    return of(target, source, NOTHING);
  }

  /**
   * The end of an asynchronous operation. It is not stored: after a crash the operation's own entry
   * tells that its end is unknown.
   *
   * @param key the key of the operation's entry, which goes when the message is handled
   * @param outcome how it ended
   */
  record AsyncCompletion(byte[] key, Invocation.AsyncEnd outcome) {}
}
