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
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows all of another invocation, and lets nothing be changed or sent by it. */
record ReadOnlyInvocation(Invocation invocation) implements Invocation {

  @Override
  public Context context() {
    return new Telling(invocation.context());
  }

  @Override
  public TypedValue message() {
    return invocation.message();
  }

  @Override
  public @Nullable AsyncEnd asyncEnd() {
    return invocation.asyncEnd();
  }

  private Address self() {
    return invocation.context().self();
  }

  @Override
  public ValueState<?> value(int slot) {
    return new Value<>(self(), invocation.value(slot));
  }

  @Override
  public ListState<?> list(int slot) {
    return new Entries<>(self(), invocation.list(slot));
  }

  @Override
  public MapState<?, ?> map(int slot) {
    return new Mappings<>(self(), invocation.map(slot));
  }

  private record Telling(Context context) implements ReadOnly.GuardedContext {

    @Override
    public Address self() {
      return context.self();
    }

    @Override
    public @Nullable Address caller() {
      return context.caller();
    }

    @Override
    public Map<String, byte[]> headers() {
      return context.headers();
    }

    @Override
    public Instant now() {
      return context.now();
    }

    @Override
    public List<Reminders.Reminder> waitingReminders() {
      return context.reminders().list();
    }
  }

  private record Value<T>(Address self, ValueState<T> state) implements ReadOnly.GuardedValue<T> {

    @Override
    public @Nullable T get() {
      return state.get();
    }
  }

  private record Entries<T>(Address self, ListState<T> state) implements ReadOnly.GuardedList<T> {

    @Override
    public T get(long index) {
      return state.get(index);
    }

    @Override
    public long size() {
      return state.size();
    }

    @Override
    public Iterator<T> iterator() {
      return withoutRemoval(state.iterator());
    }
  }

  private record Mappings<K, V>(Address self, MapState<K, V> state)
      implements ReadOnly.GuardedMap<K, V> {

    @Override
    public @Nullable V get(K key) {
      return state.get(key);
    }

    @Override
    public Iterable<Map.Entry<K, V>> entries() {
      return () -> withoutRemoval(state.entries().iterator());
    }

    @Override
    public Iterable<K> keys() {
      return () -> withoutRemoval(state.keys().iterator());
    }
  }

  private static <E> Iterator<E> withoutRemoval(Iterator<E> iterator) {
    return new Iterator<>() {

      @Override
      public boolean hasNext() {
        return iterator.hasNext();
      }

      @Override
      public E next() {
        return iterator.next();
      }
    };
  }
}
