/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.CancellationToken;
import io.statefun.function.ValueState;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;

/** Applies the reply of a function elsewhere, as if the function had done that here. */
final class RemoteEffects {

  private final WorkerInvocation invocation;
  private final FunctionType function;
  private final RemoteCall call;

  /**
   * @param invocation has begun for the instance that was called
   */
  RemoteEffects(WorkerInvocation invocation, FunctionType function, RemoteCall call) {
    this.invocation = invocation;
    this.function = function;
    this.call = call;
  }

  /**
   * Applies a reply.
   *
   * @throws RuntimeException if there is anything in it that cannot be; then all of it is to be
   *     taken back
   */
  void apply(RemoteReply.Done reply) {
    renewRead();
    reply.messages().forEach(sent -> invocation.send(sent.target(), sent.value()));
    reply.delayed().forEach(this::delay);
    reply.records().forEach(invocation::egress);
    reply.states().forEach(this::change);
  }

  /** The function has read all that it was given, when it was called. */
  private void renewRead() {
    for (int slot = 0; slot < function.states.size(); slot++) {
      StateSpec state = function.states.get(slot);
      if (state.retention().mode() == Retention.Mode.AFTER_ACCESS
          && invocation.slot(slot) instanceof SlotValue.Expiring held
          && call.startedAt > held.since()
          && call.startedAt - held.since() < state.retention().after().toMillis()) {
        invocation.setSlot(slot, new SlotValue.Expiring(held.value(), call.startedAt));
      }
    }
  }

  private void delay(RemoteReply.Delayed delayed) {
    RemoteReply.Outgoing message = delayed.message();
    if (message == null) {
      invocation.cancel(CancellationToken.of(delayed.token()));
    } else if (delayed.token().isEmpty()) {
      invocation.sendAfter(delayed.delay(), message.target(), message.value());
    } else {
      invocation.sendAfter(
          delayed.delay(),
          message.target(),
          message.value(),
          CancellationToken.of(delayed.token()));
    }
  }

  private void change(RemoteReply.Mutation mutation) {
    int slot = function.slotOf(mutation.state());
    if (slot < 0) {
      throw new IllegalArgumentException(
          "Function "
              + function.name
              + " changes the state '"
              + mutation.state()
              + "', which it has not declared. Declared: "
              + function.states.stream().map(StateSpec::name).toList());
    }
    TypedValue value = mutation.value();
    if (value == null) {
      invocation.value(slot).clear();
    } else {
      set(slot, value);
    }
  }

  @SuppressWarnings("unchecked")
  private void set(int slot, TypedValue value) {
    StateSpec state = function.states.get(slot);
    TypeName declared = state.valueType().typeName();
    if (value.typeName().equals(RemoteReply.Mutation.UNTOLD)) {
      set(slot, TypedValue.ofBytes(declared, value.bytes()));
      return;
    }
    if (!value.typeName().equals(declared)) {
      throw new IllegalArgumentException(
          "Function "
              + function.name
              + " sets the state '"
              + state.name()
              + "' to a value of type "
              + value.typeName()
              + ", and has declared "
              + declared);
    }
    ((ValueState<TypedValue>) invocation.value(slot)).set(value);
  }
}
