/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import com.google.protobuf.ByteString;
import io.statefun.engine.Invocation.AsyncEnd;
import io.statefun.engine.StateSpec;
import io.statefun.message.Address;
import io.statefun.message.TypedValue;
import io.statefun.remote.protocol.FromFunction.InvocationResponse;
import io.statefun.remote.protocol.ToFunction;
import io.statefun.trace.InvocationSpan;
import io.statefun.trace.TraceCarrier;
import io.statefun.trace.TraceContext;
import io.statefun.trace.TracedInvocation;
import io.statefun.trace.Tracing;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs the messages of a request, one after the other, over the state that came with it. An
 * operation that a handler begins is waited for before the next message: there is no way to go on
 * with it in another request.
 */
final class Batch {

  private final ServedFunction function;
  private final Address target;
  private final BatchInvocation invocation;
  private final Patience patience;
  private final @Nullable Tracing tracing;
  private final TraceCarrier trace;

  Batch(ServedFunction function, Address target, Surroundings surroundings, TraceCarrier trace) {
    this.function = function;
    this.target = target;
    this.invocation = new BatchInvocation(surroundings, target);
    this.patience = new Patience(surroundings.asyncTimeout());
    this.tracing = surroundings.tracing();
    this.trace = trace;
  }

  /**
   * Gives the instance its states.
   *
   * @param values by name, all that the function declares
   * @throws RequestFailedException if one is of another type than the function declares
   */
  void restore(Map<String, io.statefun.remote.protocol.TypedValue> values)
      throws RequestFailedException {
    for (StateSpec state : function.states()) {
      io.statefun.remote.protocol.TypedValue value = values.get(ServedFunction.wireName(state));
      invocation.addState(state, value != null && value.getHasValue() ? bytes(state, value) : null);
    }
  }

  private ByteString bytes(StateSpec state, io.statefun.remote.protocol.TypedValue value)
      throws RequestFailedException {
    String declared = state.valueType().typeName().toString();
    if (!value.getTypename().equals(declared)) {
      throw RequestFailedException.failed(
          target,
          "the runtime keeps the state '"
              + state.name()
              + "' as "
              + value.getTypename()
              + ", and the function declares it as "
              + declared
              + ". Declare it as it is kept, or under another name.");
    }
    return value.getValue();
  }

  /**
   * Handles a message, and the ends of all operations that it leads to.
   *
   * @throws RequestFailedException if the function throws, whatever it is
   */
  void handle(ToFunction.Invocation message) throws RequestFailedException {
    call(Wire.caller(message.getCaller()), Wire.message(message.getArgument()), null);
    for (Operation operation = invocation.nextOperation();
        operation != null;
        operation = invocation.nextOperation()) {
      call(target, operation.request(), await(operation));
    }
  }

  private AsyncEnd await(Operation operation) throws RequestFailedException {
    try {
      return patience.await(operation.stage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RequestFailedException.failed(target, e);
    }
  }

  private void call(@Nullable Address caller, TypedValue message, @Nullable AsyncEnd end)
      throws RequestFailedException {
    Throwable failure =
        tracing == null ? attempt(caller, message, end) : trace(tracing, caller, message, end);
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw RequestFailedException.failed(target, failure);
    }
  }

  private @Nullable Throwable trace(
      Tracing tracing, @Nullable Address caller, TypedValue message, @Nullable AsyncEnd end) {
    TraceContext current = tracing.current();
    InvocationSpan span =
        tracing.begin(
            new TracedInvocation(
                function.invoker().type(),
                target,
                caller,
                message.typeName(),
                List.of(current.isEmpty() ? trace : current),
                false));
    Throwable failure = attempt(caller, message, end);
    span.end(failure);
    return failure;
  }

  private @Nullable Throwable attempt(
      @Nullable Address caller, TypedValue message, @Nullable AsyncEnd end) {
    invocation.begin(caller, message, end);
    try {
      function.invoker().invoke(invocation);
      return null;
    } catch (Throwable failure) {
      return failure;
    } finally {
      invocation.end();
    }
  }

  /** Everything that the messages so far have done. */
  InvocationResponse response() {
    return invocation.effects().response().addAllStateMutations(invocation.mutations()).build();
  }
}
