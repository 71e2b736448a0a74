/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypedValue;
import io.statefun.trace.TraceContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call of a function that runs elsewhere.
 *
 * @param id the same whenever the batch is called again, and of no other batch; at most 64
 *     characters, none but letters, digits and '-'
 * @param target the instance
 * @param states all states that the function is known to have
 * @param messages at least one, in the order of their delivery
 * @param trace the place in a trace that the function is called from
 */
public record RemoteBatch(
    String id, Address target, List<State> states, List<Item> messages, TraceContext trace) {

  public RemoteBatch {
    states = List.copyOf(states);
    messages = List.copyOf(messages);
  }

  /** A call that is part of no trace. */
  public RemoteBatch(String id, Address target, List<State> states, List<Item> messages) {
    this(id, target, states, messages, TraceContext.NONE);
  }

  /**
   * A state of the instance.
   *
   * @param value what it holds, or null for nothing
   */
  public record State(String name, @Nullable TypedValue value) {}

  /**
   * A message.
   *
   * @param caller the instance that sent it, or null if it came from outside
   */
  public record Item(@Nullable Address caller, TypedValue argument) {}
}
