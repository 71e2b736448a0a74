/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.EgressRecord;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a function that runs elsewhere answers. */
public sealed interface RemoteReply {

  /**
   * It has handled the batch.
   *
   * @param states how states have changed, each at most once
   * @param messages what it sends, in that order
   * @param delayed what it sends later, or cancels, in that order
   * @param records what it gives to egresses, in that order
   */
  record Done(
      List<Mutation> states,
      List<Outgoing> messages,
      List<Delayed> delayed,
      List<EgressRecord> records)
      implements RemoteReply {

    /** Nothing has changed. */
    public static final Done NOTHING = new Done(List.of(), List.of(), List.of(), List.of());

    public Done {
      states = List.copyOf(states);
      messages = List.copyOf(messages);
      delayed = List.copyOf(delayed);
      records = List.copyOf(records);
    }
  }

  /**
   * It has done nothing, as it has states that the batch did not have.
   *
   * @param missing those states
   */
  record Incomplete(List<Declared> missing) implements RemoteReply {

    public Incomplete {
      missing = List.copyOf(missing);
    }
  }

  /**
   * The change of a state.
   *
   * @param value the new value, of the type that the state is declared with or {@link #UNTOLD}; or
   *     null if it holds nothing any more
   */
  record Mutation(String state, @Nullable TypedValue value) {

    /** The type of a value whose type was not told, as some do not: that of the state. */
    public static final TypeName UNTOLD = TypeName.of("io.statefun.types", "untold");
  }

  /** A message to an instance. */
  record Outgoing(Address target, TypedValue value) {}

  /**
   * A message to be sent later, or the cancellation of one.
   *
   * @param delay from when the reply is applied; zero for a cancellation
   * @param message the message, or null if what waits under the token is cancelled
   * @param token under which the message waits; may be empty if nobody will cancel it
   */
  record Delayed(Duration delay, @Nullable Outgoing message, String token) {}

  /**
   * A state that the function declares.
   *
   * @param valueType the type of its values
   * @param retention when a value expires
   */
  record Declared(String name, TypeName valueType, Retention retention) {}
}
