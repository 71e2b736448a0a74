/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import java.util.List;

/**
 * The port through which the engine calls a function of one type. Called by several threads at
 * once, each for another instance.
 */
public interface FunctionInvoker {

  /** The type of the function. */
  TypeName type();

  /**
   * The names that the function had before, the oldest first: that one its instances are stored
   * under.
   */
  default List<TypeName> aliases() {
    return List.of();
  }

  /** The states that it declares. A state's place in this list is its slot. */
  List<StateSpec> states();

  /** The types of the messages that it takes, queries among them, as far as it says so. */
  default List<MessageType<?>> messageTypes() {
    return List.of();
  }

  /** The types of the queries that it answers by {@link #query}. */
  default List<MessageType<?>> queryTypes() {
    return List.of();
  }

  /** What to do when {@link #invoke} throws. */
  FailurePolicy failurePolicy();

  /**
   * Handles one message.
   *
   * @throws UnknownMessageException if the function takes no message of that type, or cannot read
   *     it; the message goes to the dead letters, unless another version that can handle it comes
   * @throws UnhandledMessageException if the message can never be handled; it goes to the dead
   *     letters without another attempt
   * @throws Exception whatever the function throws; the failure policy decides
   */
  void invoke(Invocation invocation) throws Exception;

  /**
   * Answers a query. Called beside {@link #invoke}, for one instance several times at once.
   *
   * @param invocation one by which nothing can be changed or sent
   * @return the answer, of a type that the application knows
   * @throws UnknownMessageException if the function answers no queries of that type, or cannot read
   *     it
   * @throws Exception whatever the function throws; then there is no answer
   */
  default Object query(Invocation invocation) throws Exception {
    throw new UnknownMessageException(type() + " answers no queries", null);
  }
}
