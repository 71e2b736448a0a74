/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.Reminders;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypedValue;
import io.statefun.state.StateBackend;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A query on its way through a function, with the instance's state as of one commit. Used by one
 * thread.
 */
final class CommittedInvocation implements Invocation, ReadOnly.GuardedContext {

  private final StateBackend.View view;
  private final Instance instance;
  private final @Nullable Address caller;
  private final TypedValue query;
  private final long now;
  private @Nullable Thread thread = Thread.currentThread();

  /**
   * Reads the instance's row.
   *
   * @param view what is committed, which the caller closes once this has ended
   * @throws UnreadableStateException if the row cannot be read
   */
  CommittedInvocation(
      StateBackend.View view,
      FunctionType function,
      Address address,
      @Nullable Address caller,
      TypedValue query,
      long now) {
    this.view = view;
    this.instance = new Instance(address, function);
    this.caller = caller;
    this.query = query;
    this.now = now;
    byte[] row = view.get(Keys.row(address));
    if (row != null) {
      try {
        RowCodec.read(row, 0, row.length, instance);
      } catch (RuntimeException e) {
        throw new UnreadableStateException("The state of " + address + " cannot be read", e);
      }
    }
  }

  /** Has nothing more be read by it. */
  void end() {
    thread = null;
  }

  // What states need

  StateBackend.View view() {
    if (thread != Thread.currentThread()) {
      throw new IllegalStateException(
          "Context and state can be used only by the thread that runs the handler, and only until"
              + " the handler returns.");
    }
    return view;
  }

  long nowMillis() {
    return now;
  }

  Address address() {
    return instance.address;
  }

  @Nullable Object slot(int slot) {
    StateBackend.View unused = view();
    return instance.slots[slot];
  }

  UnreadableStateException unreadable(StateSpec state, Throwable cause) {
    return new UnreadableStateException(
        "The state '"
            + state.name()
            + "' of "
            + instance.address
            + " cannot be read: "
            + cause.getMessage(),
        cause);
  }

  UnreadableStateException otherwiseStored(StateSpec state) {
    return unreadable(
        state, new IllegalStateException("it is stored in another form than it is declared in"));
  }

  // Invocation

  @Override
  public Context context() {
    return this;
  }

  @Override
  public TypedValue message() {
    return query;
  }

  @Override
  public @Nullable AsyncEnd asyncEnd() {
    return null;
  }

  @Override
  public Invocation readOnly() {
    return this;
  }

  @Override
  public ValueState<?> value(int slot) {
    return new CommittedValue<>(this, slot, spec(slot));
  }

  @Override
  public ListState<?> list(int slot) {
    return new CommittedList<>(this, slot, spec(slot));
  }

  @Override
  public MapState<?, ?> map(int slot) {
    return new CommittedMap<>(this, slot, spec(slot));
  }

  private StateSpec spec(int slot) {
    return instance.function.states.get(slot);
  }

  // Context

  @Override
  public Address self() {
    return instance.address;
  }

  @Override
  public @Nullable Address caller() {
    return caller;
  }

  @Override
  public Map<String, byte[]> headers() {
    return Map.of();
  }

  @Override
  public Instant now() {
    return Instant.ofEpochMilli(now);
  }

  @Override
  public List<Reminders.Reminder> waitingReminders() {
    List<Reminders.Reminder> reminders = new ArrayList<>();
    byte[] prefix = Keys.reminders(instance.address);
    try (StateBackend.Cursor scan = view().scan(prefix, Keys.after(prefix), false)) {
      while (scan.next()) {
        reminders.add(InstanceReminders.reminder(Keys.suffix(scan.key(), prefix), scan.value()));
      }
    }
    return reminders;
  }
}
