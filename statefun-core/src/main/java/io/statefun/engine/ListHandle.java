/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.ListState;
import io.statefun.message.MessageType;
import io.statefun.state.Overlay;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A list state of the instance that is being invoked. Each entry has a key of its own, which ends
 * with its number; the row holds the numbers of the first and the next.
 */
final class ListHandle<T> implements ListState<T>, StateHandles.Expirable {

  private static final int PURGED_AT_ONCE = 1_000;

  private final WorkerInvocation invocation;
  private final int slot;
  private final StateSpec spec;
  private final StoredEntry<T> timed;
  private final StoredEntry<T> untimed;

  @SuppressWarnings("unchecked")
  ListHandle(WorkerInvocation invocation, int slot, StateSpec spec) {
    this.invocation = invocation;
    this.slot = slot;
    this.spec = spec;
    MessageType<T> type = (MessageType<T>) spec.valueType();
    this.timed = new StoredEntry<>(type, spec.retention(), true);
    this.untimed = new StoredEntry<>(type, spec.retention(), false);
  }

  private StoredEntry<T> entries(SlotValue.ListHead list) {
    return list.timed() ? timed : untimed;
  }

  @Override
  public void add(T entry) {
    invocation.check();
    Objects.requireNonNull(entry, () -> "List '" + spec.name() + "' takes no null");
    SlotValue.ListHead list = head();
    if (list == null || list.head() == list.tail() && list.timed() != StoredEntry.timed(spec)) {
      long generation = invocation.partition().nextNumber();
      list = new SlotValue.ListHead(generation, 0, 0, StoredEntry.timed(spec));
    }
    StoredEntry<T> entries = entries(list);
    byte[] stored = entries.write(entry, invocation.nowMillis());
    if (entries.expires() && list.head() == list.tail()) {
      Purges.set(invocation, spec, invocation.nowMillis());
    }
    overlay().put(key(list, list.tail()), stored);
    setHead(list, list.head(), list.tail() + 1);
  }

  @Override
  public T get(long index) {
    SlotValue.ListHead list = checked(index);
    return read(list, list.head() + index);
  }

  @Override
  public void set(long index, T entry) {
    SlotValue.ListHead list = checked(index);
    Objects.requireNonNull(entry, () -> "List '" + spec.name() + "' takes no null");
    byte[] key = key(list, list.head() + index);
    long since = list.timed() ? since(stored(list, list.head() + index)) : 0;
    overlay().put(key, entries(list).write(entry, since));
  }

  private SlotValue.ListHead checked(long index) {
    SlotValue.ListHead list = fresh();
    if (list == null || index < 0 || index >= list.tail() - list.head()) {
      throw new IndexOutOfBoundsException(
          "List '" + spec.name() + "' has " + size() + " entries, none at " + index);
    }
    return list;
  }

  @Override
  public @Nullable T removeFirst() {
    SlotValue.ListHead list = fresh();
    if (list == null || list.head() == list.tail()) {
      return null;
    }
    T first = read(list, list.head());
    overlay().delete(key(list, list.head()));
    setHead(list, list.head() + 1, list.tail());
    return first;
  }

  @Override
  public @Nullable T removeLast() {
    SlotValue.ListHead list = fresh();
    if (list == null || list.head() == list.tail()) {
      return null;
    }
    T last = read(list, list.tail() - 1);
    overlay().delete(key(list, list.tail() - 1));
    setHead(list, list.head(), list.tail() - 1);
    return last;
  }

  @Override
  public long size() {
    SlotValue.ListHead list = fresh();
    return list == null ? 0 : list.tail() - list.head();
  }

  @Override
  public void clear() {
    invocation.check();
    SlotValue.ListHead list = head();
    if (list != null) {
      if (list.head() < list.tail()) {
        invocation.partition().addGarbage(prefix(list));
      }
      invocation.setSlot(slot, null);
    }
  }

  @Override
  public Iterator<T> iterator() {
    SlotValue.ListHead list = fresh();
    return list == null
        ? java.util.Collections.emptyIterator()
        : new Entries(list, overlay().modifications());
  }

  @Override
  public void purge() {
    SlotValue.ListHead list = head();
    if (list == null || !entries(list).expires()) {
      return;
    }
    SlotValue.ListHead rest = dropExpired(list, PURGED_AT_ONCE);
    if (rest.head() < rest.tail()) {
      Purges.set(invocation, spec, since(stored(rest, rest.head())));
    }
  }

  /** The list without what has expired; entries expire in the order in which they were added. */
  private SlotValue.@Nullable ListHead fresh() {
    invocation.check();
    SlotValue.ListHead list = head();
    return list == null || !entries(list).expires() ? list : dropExpired(list, Integer.MAX_VALUE);
  }

  private SlotValue.ListHead dropExpired(SlotValue.ListHead list, int limit) {
    long first = list.head();
    while (first < list.tail() && first - list.head() < limit) {
      if (!hasExpired(stored(list, first))) {
        break;
      }
      overlay().delete(key(list, first));
      first++;
    }
    return first == list.head() ? list : setHead(list, first, list.tail());
  }

  private SlotValue.@Nullable ListHead head() {
    Object held = invocation.slot(slot);
    if (held == null || held instanceof SlotValue.ListHead) {
      return (SlotValue.ListHead) held;
    }
    throw invocation.unreadable(spec, held);
  }

  private SlotValue.ListHead setHead(SlotValue.ListHead before, long first, long next) {
    SlotValue.ListHead list =
        new SlotValue.ListHead(before.generation(), first, next, before.timed());
    invocation.setSlot(slot, list);
    return list;
  }

  private T read(SlotValue.ListHead list, long number) {
    byte[] stored = stored(list, number);
    try {
      return entries(list).readAnyway(stored);
    } catch (RuntimeException e) {
      throw invocation.unreadable(spec, e);
    }
  }

  private boolean hasExpired(byte[] stored) {
    try {
      return timed.hasExpired(stored, invocation.nowMillis());
    } catch (RuntimeException e) {
      throw invocation.unreadable(spec, e);
    }
  }

  private long since(byte[] stored) {
    try {
      return timed.since(stored);
    } catch (RuntimeException e) {
      throw invocation.unreadable(spec, e);
    }
  }

  private byte[] stored(SlotValue.ListHead list, long number) {
    byte[] stored = overlay().get(key(list, number));
    if (stored == null) {
      throw invocation.unreadable(
          spec, new IllegalStateException("its entry " + number + " is missing"));
    }
    return stored;
  }

  private byte[] key(SlotValue.ListHead list, long number) {
    return Keys.append(prefix(list), number);
  }

  private byte[] prefix(SlotValue.ListHead list) {
    return Keys.collection(invocation.instance().address, spec.storedName(), list.generation());
  }

  private Overlay overlay() {
    return invocation.partition().overlay;
  }

  private final class Entries implements Iterator<T> {

    private final SlotValue.ListHead list;
    private final long modifications;
    private long next;

    Entries(SlotValue.ListHead list, long modifications) {
      this.list = list;
      this.modifications = modifications;
      this.next = list.head();
    }

    @Override
    public boolean hasNext() {
      return next < list.tail();
    }

    @Override
    public T next() {
      invocation.check();
      if (overlay().modifications() != modifications) {
        throw new ConcurrentModificationException();
      }
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return read(list, next++);
    }
  }
}
