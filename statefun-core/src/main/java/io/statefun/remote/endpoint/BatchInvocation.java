/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import com.google.protobuf.ByteString;
import io.statefun.engine.Invocation;
import io.statefun.engine.StateSpec;
import io.statefun.function.Awakeable;
import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.Reminders;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypedValue;
import io.statefun.remote.protocol.FromFunction.PersistedValueMutation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One invocation after the other of a batch: what a handler sees, over the state that came with the
 * request. Belongs to one request, and to the thread that handles it.
 */
final class BatchInvocation implements Invocation, Context {

  private final Surroundings surroundings;
  private final Address self;
  private final List<BatchState<?>> states = new ArrayList<>();
  private final Effects effects = new Effects();
  private final Queue<Operation> operations = new ArrayDeque<>();

  private @Nullable Thread thread;
  private @Nullable Address caller;
  private @Nullable TypedValue message;
  private @Nullable AsyncEnd asyncEnd;
  private Instant now = Instant.EPOCH;

  BatchInvocation(Surroundings surroundings, Address self) {
    this.surroundings = surroundings;
    this.self = self;
  }

  /**
   * Adds the state of the next slot.
   *
   * @param bytes the value that came with the request, null for none
   */
  void addState(StateSpec spec, @Nullable ByteString bytes) {
    states.add(new BatchState<>(this, spec, bytes));
  }

  /** Begins the invocation with a message, or with the end of an operation. */
  void begin(@Nullable Address newCaller, TypedValue newMessage, @Nullable AsyncEnd newEnd) {
    thread = Thread.currentThread();
    caller = newCaller;
    message = newMessage;
    asyncEnd = newEnd;
    now = Instant.ofEpochMilli(surroundings.clock().millis());
  }

  /** Makes the context useless, whoever has kept it. */
  void end() {
    thread = null;
  }

  /** Takes the operation that was begun first of those that nobody has waited for. */
  @Nullable Operation nextOperation() {
    return operations.poll();
  }

  Effects effects() {
    return effects;
  }

  /** What was done to the states. */
  List<PersistedValueMutation> mutations() {
    return states.stream().map(BatchState::mutation).filter(Objects::nonNull).toList();
  }

  /**
   * Makes sure that the handler runs and this is its thread.
   *
   * @throws IllegalStateException if not
   */
  void check() {
    if (thread != Thread.currentThread()) {
      throw new IllegalStateException(
          "Context and state can be used only by the thread that runs the handler, and only until"
              + " the handler returns. To continue after something asynchronous, use"
              + " context.async, whose result comes back as a message.");
    }
  }

  // Invocation

  @Override
  public Context context() {
    return this;
  }

  @Override
  public TypedValue message() {
    return Objects.requireNonNull(message);
  }

  @Override
  public @Nullable AsyncEnd asyncEnd() {
    return asyncEnd;
  }

  @Override
  public ValueState<?> value(int slot) {
    return states.get(slot);
  }

  @Override
  public ListState<?> list(int slot) {
    throw new IllegalArgumentException("There are no lists");
  }

  @Override
  public MapState<?, ?> map(int slot) {
    throw new IllegalArgumentException("There are no maps");
  }

  // Context

  @Override
  public Address self() {
    check();
    return self;
  }

  @Override
  public @Nullable Address caller() {
    check();
    return caller;
  }

  /** None: the protocol has no place for them. */
  @Override
  public Map<String, byte[]> headers() {
    check();
    return Map.of();
  }

  @Override
  public Instant now() {
    check();
    return now;
  }

  @Override
  public void send(Address to, Object payload) {
    check();
    effects.send(to, surroundings.types().wrap(payload));
  }

  @Override
  public void sendAt(Instant time, Address to, Object payload) {
    sendLater(time, to, payload, "");
  }

  @Override
  public void sendAt(Instant time, Address to, Object payload, CancellationToken token) {
    sendLater(time, to, payload, token.value());
  }

  private void sendLater(Instant time, Address to, Object payload, String token) {
    check();
    long delay = Math.max(0, Math.subtractExact(time.toEpochMilli(), now.toEpochMilli()));
    effects.sendLater(delay, to, surroundings.types().wrap(payload), token);
  }

  @Override
  public void cancel(CancellationToken token) {
    check();
    effects.cancel(token.value());
  }

  @Override
  public Reminders reminders() {
    check();
    throw new UnsupportedOperationException(
        "A function that is served to a runtime elsewhere has no reminders, since the protocol"
            + " knows none. Send "
            + self
            + " a delayed message with a cancellation token, and from its handler the next.");
  }

  @Override
  public Awakeable awakeable(Set<Class<?>> types, Duration timeout, Object onTimeout) {
    check();
    throw noAwakeables();
  }

  @Override
  public void withdraw(String awakeable) {
    check();
    throw noAwakeables();
  }

  private UnsupportedOperationException noAwakeables() {
    return new UnsupportedOperationException(
        "A function that is served to a runtime elsewhere has no awakeables, since the protocol"
            + " knows none. Have what comes from outside sent to "
            + self
            + " through an ingress of the runtime.");
  }

  @Override
  public void egress(EgressRecord egressRecord) {
    check();
    effects.egress(egressRecord.egress(), surroundings.egressArguments().of(egressRecord));
  }

  @Override
  public void async(Object request, CompletionStage<?> operation) {
    check();
    Objects.requireNonNull(operation, "operation");
    operations.add(new Operation(surroundings.types().wrap(request), operation));
  }
}
