/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypedValue;
import io.statefun.trace.TraceContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes what functions elsewhere are called with. */
final class RemoteBatches {

  private RemoteBatches() {}

  /**
   * A call with the state that the instance has now.
   *
   * @param now the time in milliseconds
   * @param trace the place in a trace that the call is made from
   * @throws IllegalStateException if the state cannot be given to a function elsewhere
   */
  static RemoteBatch of(
      Partition partition, FunctionType function, RemoteCall call, long now, TraceContext trace) {
    Instance instance = partition.instance(call.target(), function);
    List<RemoteBatch.State> states = new ArrayList<>(function.states.size());
    for (int slot = 0; slot < function.states.size(); slot++) {
      StateSpec state = function.states.get(slot);
      states.add(
          new RemoteBatch.State(
              state.name(), value(state, instance.slots[slot], call.target(), now)));
    }
    call.gave(function.states);
    List<RemoteBatch.Item> messages = new ArrayList<>(call.messages.size());
    for (Message message : call.messages) {
      messages.add(new RemoteBatch.Item(caller(message), message.value()));
    }
    return new RemoteBatch(call.id, call.target(), states, messages, trace);
  }

  private static @Nullable Address caller(Message message) {
    Address source = message.source();
    return StoredAwakeable.isSource(source) ? null : source;
  }

  private static @Nullable TypedValue value(
      StateSpec state, @Nullable Object held, Address address, long now) {
    if (held instanceof SlotValue.Expiring expiring) {
      return hasExpired(state.retention(), expiring, now)
          ? null
          : value(state, expiring.value(), address, now);
    }
    if (held == null || held instanceof TypedValue) {
      return (TypedValue) held;
    }
    if (held instanceof byte[] stored) {
      return TypedValue.ofBytes(state.valueType().typeName(), stored);
    }
    throw new IllegalStateException(
        "The state '"
            + state.name()
            + "' of "
            + address
            + " is a list or a map, which a function elsewhere cannot have");
  }

  private static boolean hasExpired(Retention retention, SlotValue.Expiring expiring, long now) {
    return retention.mode() != Retention.Mode.FOREVER
        && now - expiring.since() >= retention.after().toMillis();
  }
}
