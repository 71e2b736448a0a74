/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.state.StateBackend;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A map state of an instance that is asked, as it was committed. */
final class CommittedMap<K, V> implements ReadOnly.GuardedMap<K, V> {

  private static final int READ_AHEAD = 64;

  private final CommittedInvocation invocation;
  private final StateSpec spec;
  private final MessageType<K> keyType;
  private final StoredEntry<V> values;

  /** What the keys of the entries begin with; null if there is no map. */
  private final byte @Nullable [] prefix;

  @SuppressWarnings("unchecked")
  CommittedMap(CommittedInvocation invocation, int slot, StateSpec spec) {
    this.invocation = invocation;
    this.spec = spec;
    this.keyType = (MessageType<K>) Objects.requireNonNull(spec.keyType());
    Object held = invocation.slot(slot);
    if (held != null && !(held instanceof SlotValue.MapHead)) {
      throw invocation.otherwiseStored(spec);
    }
    SlotValue.MapHead map = (SlotValue.MapHead) held;
    this.prefix =
        map == null
            ? null
            : Keys.collection(invocation.address(), spec.storedName(), map.generation());
    this.values =
        new StoredEntry<>(
            (MessageType<V>) spec.valueType(), spec.retention(), map != null && map.timed());
  }

  @Override
  public Address self() {
    return invocation.address();
  }

  @Override
  public @Nullable V get(K key) {
    Objects.requireNonNull(key, () -> "Map '" + spec.name() + "' takes no null");
    byte[] begin = prefix;
    if (begin == null) {
      return null;
    }
    byte[] stored = invocation.view().get(Keys.append(begin, keyType.serialize(key)));
    return stored == null ? null : read(stored);
  }

  @Override
  public Iterable<Map.Entry<K, V>> entries() {
    return () -> new Entries<>(entry -> entry);
  }

  @Override
  public Iterable<K> keys() {
    return () -> new Entries<>(Map.Entry::getKey);
  }

  private @Nullable V read(byte[] stored) {
    try {
      return values.read(stored, invocation.nowMillis());
    } catch (RuntimeException e) {
      throw invocation.unreadable(spec, e);
    }
  }

  private K readKey(byte[] stored) {
    try {
      return keyType.deserialize(stored);
    } catch (RuntimeException e) {
      throw invocation.unreadable(spec, e);
    }
  }

  /**
   * Goes through the entries, a few read ahead at a time, so that nothing needs to be closed when
   * an iteration is given up.
   */
  private final class Entries<R> implements Iterator<R> {

    private final Function<Map.Entry<K, V>, R> shown;
    private final List<Map.Entry<K, V>> ahead = new ArrayList<>();
    private byte @Nullable [] from = prefix;
    private int position;

    Entries(Function<Map.Entry<K, V>, R> shown) {
      this.shown = shown;
    }

    @Override
    public boolean hasNext() {
      while (position == ahead.size() && from != null) {
        readAhead(from, Objects.requireNonNull(prefix));
      }
      return position < ahead.size();
    }

    private void readAhead(byte[] begin, byte[] all) {
      ahead.clear();
      position = 0;
      from = null;
      try (StateBackend.Cursor scan = invocation.view().scan(begin, Keys.after(all), false)) {
        while (scan.next()) {
          V value = read(scan.value());
          if (value != null) {
            K key = readKey(Keys.suffix(scan.key(), all));
            ahead.add(new AbstractMap.SimpleImmutableEntry<>(key, value));
          }
          if (ahead.size() == READ_AHEAD) {
            from = Keys.append(scan.key(), new byte[1]);
            return;
          }
        }
      }
    }

    @Override
    public R next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return shown.apply(ahead.get(position++));
    }
  }
}
