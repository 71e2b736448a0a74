/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.MessageType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the states of one instance from stored entries, of which the row comes first. A state that
 * cannot be read is left out, and told.
 */
final class StateValues {

  private final Address address;
  private final FunctionType function;
  private final long now;
  private final Predicate<StateSpec> wanted;
  private final Form form;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, RuntimeException> unreadable = new LinkedHashMap<>();
  private Map<String, Object> row = Map.of();
  private boolean holdsSomething;

  /** All states, as objects of their types. */
  StateValues(Address address, FunctionType function, long now) {
    this(address, function, now, state -> true, MessageType::deserialize);
  }

  /**
   * @param wanted which states are to be read
   * @param form as what they are to be read
   */
  StateValues(
      Address address, FunctionType function, long now, Predicate<StateSpec> wanted, Form form) {
    this.address = address;
    this.function = function;
    this.now = now;
    this.wanted = wanted;
    this.form = form;
  }

  /** As what values are read. */
  interface Form {

    /**
     * Reads a value, or the key of a map.
     *
     * @return null if it has nothing to show
     */
    @Nullable Object read(MessageType<?> type, byte[] stored);
  }

  void row(byte[] stored) {
    row = RowCodec.contents(stored, address, function);
    holdsSomething = row.keySet().stream().anyMatch(name -> function.slot(name) < 0);
    for (StateSpec spec : function.states) {
      Object held = row.get(spec.storedName());
      if (held != null && !hasExpired(spec, held)) {
        holdsSomething = true;
        if (wanted.test(spec)) {
          guarded(spec, () -> take(spec, held));
        }
      }
    }
  }

  private boolean hasExpired(StateSpec spec, Object held) {
    return held instanceof SlotValue.Expiring expiring
        && expiring.hasExpired(spec.retention(), now);
  }

  private void take(StateSpec spec, Object held) {
    Object content = held instanceof SlotValue.Expiring expiring ? expiring.value() : held;
    StateSpec.Kind kind =
        content instanceof SlotValue.ListHead
            ? StateSpec.Kind.LIST
            : content instanceof SlotValue.MapHead ? StateSpec.Kind.MAP : StateSpec.Kind.VALUE;
    if (kind != spec.kind()) {
      throw new IllegalStateException(
          "It is stored as " + kind + ", and is now declared as " + spec.kind());
    }
    switch (kind) {
      case LIST -> values.put(spec.name(), new ArrayList<>());
      case MAP -> values.put(spec.name(), new LinkedHashMap<>());
      case VALUE -> {
        Object value = form.read(spec.valueType(), (byte[]) content);
        if (value != null) {
          values.put(spec.name(), value);
        }
      }
    }
  }

  private void guarded(StateSpec spec, Runnable reading) {
    try {
      reading.run();
    } catch (RuntimeException e) {
      values.remove(spec.name());
      unreadable.putIfAbsent(spec.name(), e);
    }
  }

  void collectionEntry(byte[] key, byte[] stored) {
    for (StateSpec spec : function.states) {
      if (values.containsKey(spec.name())) {
        Object held = row.get(spec.storedName());
        guarded(spec, () -> entry(spec, held, key, stored));
      }
    }
  }

  private void entry(StateSpec spec, @Nullable Object held, byte[] key, byte[] stored) {
    if (held instanceof SlotValue.ListHead list) {
      long number = Keys.lastNumber(key);
      if (begins(key, spec, list.generation()) && number >= list.head() && number < list.tail()) {
        Object value = entry(spec, list.timed(), stored);
        if (value != null) {
          list(spec).add(value);
        }
      }
    } else if (held instanceof SlotValue.MapHead map && begins(key, spec, map.generation())) {
      Object value = entry(spec, map.timed(), stored);
      MessageType<?> keyType = spec.keyType();
      if (value != null && keyType != null) {
        byte[] prefix = Keys.collection(address, spec.storedName(), map.generation());
        Object name = form.read(keyType, Keys.suffix(key, prefix));
        if (name != null) {
          map(spec).put(name, value);
        }
      }
    }
  }

  private boolean begins(byte[] key, StateSpec spec, long generation) {
    return Keys.begins(key, Keys.collection(address, spec.storedName(), generation));
  }

  private @Nullable Object entry(StateSpec spec, boolean timed, byte[] stored) {
    StoredEntry<?> entries = new StoredEntry<>(spec.valueType(), spec.retention(), timed);
    return entries.hasExpired(stored, now)
        ? null
        : form.read(spec.valueType(), timed ? StoredEntry.withoutTime(stored) : stored);
  }

  @SuppressWarnings("unchecked")
  private List<Object> list(StateSpec spec) {
    return (List<Object>) Objects.requireNonNull(values.get(spec.name()));
  }

  @SuppressWarnings("unchecked")
  private Map<Object, Object> map(StateSpec spec) {
    return (Map<Object, Object>) Objects.requireNonNull(values.get(spec.name()));
  }

  Map<String, Object> result() {
    return values;
  }

  /** Why states could not be read, by name. */
  Map<String, RuntimeException> unreadable() {
    return unreadable;
  }

  /** Whether any state holds something that has not expired, read or not. */
  boolean holdsSomething() {
    return holdsSomething;
  }
}
