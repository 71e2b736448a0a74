/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.MapState;
import io.statefun.message.MessageType;
import io.statefun.state.Overlay;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A map state of the instance that is being invoked. Each entry has a key of its own. */
final class MapHandle<K, V> implements MapState<K, V>, StateHandles.Expirable {

  private static final int LOOKED_AT_ONCE = 1_000;
  private static final int READ_AHEAD = 64;

  private final WorkerInvocation invocation;
  private final int slot;
  private final StateSpec spec;
  private final MessageType<K> keyType;
  private final StoredEntry<V> timed;
  private final StoredEntry<V> untimed;

  @SuppressWarnings("unchecked")
  MapHandle(WorkerInvocation invocation, int slot, StateSpec spec) {
    this.invocation = invocation;
    this.slot = slot;
    this.spec = spec;
    this.keyType = (MessageType<K>) Objects.requireNonNull(spec.keyType());
    MessageType<V> type = (MessageType<V>) spec.valueType();
    this.timed = new StoredEntry<>(type, spec.retention(), true);
    this.untimed = new StoredEntry<>(type, spec.retention(), false);
  }

  private StoredEntry<V> values(SlotValue.MapHead map) {
    return map.timed() ? timed : untimed;
  }

  @Override
  public @Nullable V get(K key) {
    invocation.check();
    SlotValue.MapHead map = head();
    byte[] stored = map == null ? null : overlay().get(key(map, key));
    return map == null || stored == null ? null : read(map, stored);
  }

  private @Nullable V read(SlotValue.MapHead map, byte[] stored) {
    try {
      return values(map).read(stored, invocation.nowMillis());
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

  private K readKey(byte[] stored) {
    try {
      return keyType.deserialize(stored);
    } catch (RuntimeException e) {
      throw invocation.unreadable(spec, e);
    }
  }

  @Override
  public void put(K key, V value) {
    invocation.check();
    Objects.requireNonNull(value, () -> "Map '" + spec.name() + "' takes no null");
    SlotValue.MapHead map = head();
    boolean begins = map == null;
    if (map == null) {
      long generation = invocation.partition().nextNumber();
      map = new SlotValue.MapHead(generation, StoredEntry.timed(spec));
    }
    byte[] stored = values(map).write(value, invocation.nowMillis());
    if (begins) {
      invocation.setSlot(slot, map);
      if (values(map).expires()) {
        Purges.set(invocation, spec, invocation.nowMillis());
      }
    }
    overlay().put(key(map, key), stored);
  }

  @Override
  public void remove(K key) {
    invocation.check();
    SlotValue.MapHead map = head();
    if (map != null) {
      overlay().delete(key(map, key));
    }
  }

  @Override
  public Iterable<Map.Entry<K, V>> entries() {
    return () -> new Entries<>(entry -> entry);
  }

  @Override
  public Iterable<K> keys() {
    return () -> new Entries<>(Map.Entry::getKey);
  }

  @Override
  public void clear() {
    invocation.check();
    SlotValue.MapHead map = head();
    if (map != null) {
      invocation.partition().addGarbage(prefix(map));
      invocation.setSlot(slot, null);
    }
  }

  @Override
  public void purge() {
    SlotValue.MapHead map = head();
    if (map == null || !values(map).expires()) {
      return;
    }
    long now = invocation.nowMillis();
    long earliest = Long.MAX_VALUE;
    List<byte[]> expired = new ArrayList<>();
    byte[] prefix = prefix(map);
    boolean all = true;
    try (Overlay.Scan scan = overlay().scan(prefix, Keys.after(prefix))) {
      for (int seen = 0; scan.next(); seen++) {
        if (expired.size() == LOOKED_AT_ONCE) {
          all = false;
          break;
        }
        long since = since(scan.value());
        if (timed.hasExpired(scan.value(), now)) {
          expired.add(scan.key());
        } else {
          earliest = Math.min(earliest, since);
        }
      }
    }
    expired.forEach(overlay()::delete);
    if (!all) {
      Purges.setAt(invocation, spec, now);
    } else if (earliest != Long.MAX_VALUE) {
      Purges.set(invocation, spec, earliest);
    } else {
      invocation.setSlot(slot, null);
    }
  }

  private SlotValue.@Nullable MapHead head() {
    Object held = invocation.slot(slot);
    if (held == null || held instanceof SlotValue.MapHead) {
      return (SlotValue.MapHead) held;
    }
    throw invocation.unreadable(spec, held);
  }

  private byte[] key(SlotValue.MapHead map, K key) {
    Objects.requireNonNull(key, () -> "Map '" + spec.name() + "' takes no null");
    return Keys.append(prefix(map), keyType.serialize(key));
  }

  private byte[] prefix(SlotValue.MapHead map) {
    return Keys.collection(invocation.instance().address, spec.storedName(), map.generation());
  }

  private Overlay overlay() {
    return invocation.partition().overlay;
  }

  /**
   * Goes through the entries, a few read ahead at a time, so that nothing needs to be closed when
   * an iteration is given up.
   */
  private final class Entries<R> implements Iterator<R> {

    private final Function<Map.Entry<K, V>, R> view;
    private final List<Map.Entry<K, V>> ahead = new ArrayList<>();
    private final SlotValue.@Nullable MapHead map;
    private final byte[] prefix;
    private byte[] from;
    private long modifications;
    private int position;
    private boolean more;

    Entries(Function<Map.Entry<K, V>, R> view) {
      invocation.check();
      this.view = view;
      map = head();
      prefix = map == null ? new byte[0] : prefix(map);
      from = prefix;
      more = map != null;
      modifications = overlay().modifications();
      readAhead();
    }

    private void readAhead() {
      ahead.clear();
      position = 0;
      if (map == null || !more) {
        return;
      }
      more = false;
      try (Overlay.Scan scan = overlay().scan(from, Keys.after(prefix))) {
        while (scan.next()) {
          V value = read(map, scan.value());
          if (value != null) {
            K key = readKey(Keys.suffix(scan.key(), prefix));
            ahead.add(new AbstractMap.SimpleImmutableEntry<>(key, value));
          }
          if (ahead.size() == READ_AHEAD) {
            from = Keys.append(scan.key(), new byte[1]);
            more = true;
            return;
          }
        }
      }
    }

    @Override
    public boolean hasNext() {
      if (position == ahead.size() && more) {
        check();
        readAhead();
      }
      return position < ahead.size();
    }

    @Override
    public R next() {
      check();
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return view.apply(ahead.get(position++));
    }

    @Override
    public void remove() {
      check();
      if (position == 0) {
        throw new IllegalStateException("next() was not called");
      }
      MapHandle.this.remove(ahead.get(position - 1).getKey());
      modifications = overlay().modifications();
    }

    private void check() {
      invocation.check();
      if (overlay().modifications() != modifications) {
        throw new ConcurrentModificationException();
      }
    }
  }
}
