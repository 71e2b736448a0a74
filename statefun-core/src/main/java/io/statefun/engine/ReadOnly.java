/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.Reminders;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a handler gets that may change nothing: contexts and states whose operations that would
 * change or send something are refused. What they tell, those who implement them say.
 */
final class ReadOnly {

  private ReadOnly() {}

  private static IllegalStateException refused(Guarded guarded, String what) {
    return new IllegalStateException(
        "A query handler of "
            + guarded.self()
            + " cannot "
            + what
            + ", as it only answers. Have a @MessageHandler do that.");
  }

  /** Belongs to an instance that is asked. */
  interface Guarded {

    /** The instance. */
    Address self();
  }

  /** A context that tells, and does nothing. */
  interface GuardedContext extends Guarded, Context {

    @Override
    Address self();

    /** The reminders that wait. */
    List<Reminders.Reminder> waitingReminders();

    @Override
    default void send(Address to, Object message) {
      throw refused(this, "send a message to " + to);
    }

    @Override
    default void reply(Object message) {
      throw refused(this, "reply other than by what it returns");
    }

    @Override
    default void sendAt(Instant time, Address to, Object message) {
      throw refused(this, "send a delayed message to " + to);
    }

    @Override
    default void sendAt(Instant time, Address to, Object message, CancellationToken token) {
      throw refused(this, "send a delayed message to " + to);
    }

    @Override
    default void cancel(CancellationToken token) {
      throw refused(this, "cancel a delayed message");
    }

    @Override
    default Reminders reminders() {
      return new GuardedReminders(this);
    }

    @Override
    default void egress(EgressRecord egressRecord) {
      throw refused(this, "give a record to the egress " + egressRecord.egress());
    }

    @Override
    default void async(Object request, CompletionStage<?> operation) {
      throw refused(this, "watch an asynchronous operation");
    }
  }

  private record GuardedReminders(GuardedContext context) implements Reminders {

    private IllegalStateException refused() {
      return ReadOnly.refused(context, "set or cancel a reminder");
    }

    @Override
    public void at(String name, Instant time, Object message) {
      throw refused();
    }

    @Override
    public void after(String name, Duration delay, Object message) {
      throw refused();
    }

    @Override
    public void every(String name, Duration period, Object message) {
      throw refused();
    }

    @Override
    public void cron(String name, String expression, ZoneId zone, Object message) {
      throw refused();
    }

    @Override
    public void cancel(String name) {
      throw refused();
    }

    @Override
    public List<Reminder> list() {
      return context.waitingReminders();
    }
  }

  /** A value that can be read. */
  interface GuardedValue<T> extends Guarded, ValueState<T> {

    @Override
    default void set(T value) {
      throw refused(this, "set a state");
    }

    @Override
    default void clear() {
      throw refused(this, "clear a state");
    }
  }

  /** A list that can be read. */
  interface GuardedList<T> extends Guarded, ListState<T> {

    @Override
    default void add(T entry) {
      throw refused(this, "add to a list");
    }

    @Override
    default void set(long index, T entry) {
      throw refused(this, "set an entry of a list");
    }

    @Override
    default @Nullable T removeFirst() {
      throw refused(this, "remove from a list");
    }

    @Override
    default @Nullable T removeLast() {
      throw refused(this, "remove from a list");
    }

    @Override
    default void clear() {
      throw refused(this, "clear a list");
    }
  }

  /** A map that can be read. */
  interface GuardedMap<K, V> extends Guarded, MapState<K, V> {

    @Override
    default void put(K key, V value) {
      throw refused(this, "put into a map");
    }

    @Override
    default void remove(K key) {
      throw refused(this, "remove from a map");
    }

    @Override
    default void clear() {
      throw refused(this, "clear a map");
    }
  }
}
