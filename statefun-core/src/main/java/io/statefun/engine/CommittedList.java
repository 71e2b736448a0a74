/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.MessageType;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A list state of an instance that is asked, as it was committed. */
final class CommittedList<T> implements ReadOnly.GuardedList<T> {

  private final CommittedInvocation invocation;
  private final StateSpec spec;
  private final SlotValue.@Nullable ListHead list;
  private final StoredEntry<T> entries;

  /** The first entry that has not expired; -1 if that is not known yet. */
  private long first = -1;

  @SuppressWarnings("unchecked")
  CommittedList(CommittedInvocation invocation, int slot, StateSpec spec) {
    this.invocation = invocation;
    this.spec = spec;
    Object held = invocation.slot(slot);
    if (held != null && !(held instanceof SlotValue.ListHead)) {
      throw invocation.otherwiseStored(spec);
    }
    this.list = (SlotValue.ListHead) held;
    this.entries =
        new StoredEntry<>(
            (MessageType<T>) spec.valueType(), spec.retention(), list != null && list.timed());
  }

  @Override
  public Address self() {
    return invocation.address();
  }

  @Override
  public T get(long index) {
    if (index < 0 || index >= size()) {
      throw new IndexOutOfBoundsException(
          "List '" + spec.name() + "' has " + size() + " entries, none at " + index);
    }
    return read(first() + index);
  }

  @Override
  public long size() {
    return list == null ? 0 : list.tail() - first();
  }

  /** Entries expire in the order in which they were added. */
  private long first() {
    SlotValue.ListHead head = list;
    if (head == null) {
      return 0;
    }
    if (first < 0) {
      long next = head.head();
      while (entries.expires() && next < head.tail() && hasExpired(stored(next))) {
        next++;
      }
      first = next;
    }
    return first;
  }

  @Override
  public Iterator<T> iterator() {
    long end = first() + size();
    return new Iterator<>() {

      private long next = first();

      @Override
      public boolean hasNext() {
        return next < end;
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return read(next++);
      }
    };
  }

  private boolean hasExpired(byte[] stored) {
    try {
      return entries.hasExpired(stored, invocation.nowMillis());
    } catch (RuntimeException e) {
      throw invocation.unreadable(spec, e);
    }
  }

  private T read(long number) {
    byte[] stored = stored(number);
    try {
      return entries.readAnyway(stored);
    } catch (RuntimeException e) {
      throw invocation.unreadable(spec, e);
    }
  }

  private byte[] stored(long number) {
    SlotValue.ListHead head = java.util.Objects.requireNonNull(list);
    byte[] prefix = Keys.collection(self(), spec.storedName(), head.generation());
    byte[] stored = invocation.view().get(Keys.append(prefix, number));
    if (stored == null) {
      throw invocation.unreadable(
          spec, new IllegalStateException("its entry " + number + " is missing"));
    }
    return stored;
  }
}
