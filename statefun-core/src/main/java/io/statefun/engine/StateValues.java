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
import org.jspecify.annotations.Nullable;

/** Reads the states of one instance from stored entries, of which the row comes first. */
final class StateValues {

  private final Address address;
  private final FunctionType function;
  private final long now;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private Map<String, Object> row = Map.of();

  StateValues(Address address, FunctionType function, long now) {
    this.address = address;
    this.function = function;
    this.now = now;
  }

  void row(byte[] stored) {
    row = RowCodec.contents(stored, address, function);
    for (StateSpec spec : function.states) {
      Object held = row.get(spec.storedName());
      if (held instanceof SlotValue.ListHead) {
        values.put(spec.name(), new ArrayList<>());
      } else if (held instanceof SlotValue.MapHead) {
        values.put(spec.name(), new LinkedHashMap<>());
      } else if (held != null) {
        value(spec, held);
      }
    }
  }

  private void value(StateSpec spec, Object held) {
    if (held instanceof SlotValue.Expiring expiring) {
      boolean expired =
          spec.retention().mode() != Retention.Mode.FOREVER
              && now - expiring.since() >= spec.retention().after().toMillis();
      if (!expired) {
        value(spec, expiring.value());
      }
    } else if (held instanceof byte[] bytes) {
      values.put(spec.name(), spec.valueType().deserialize(bytes));
    }
  }

  void collectionEntry(byte[] key, byte[] stored) {
    for (StateSpec spec : function.states) {
      Object held = row.get(spec.storedName());
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
          map(spec).put(keyType.deserialize(Keys.suffix(key, prefix)), value);
        }
      }
    }
  }

  private boolean begins(byte[] key, StateSpec spec, long generation) {
    return Keys.begins(key, Keys.collection(address, spec.storedName(), generation));
  }

  private @Nullable Object entry(StateSpec spec, boolean timed, byte[] stored) {
    return new StoredEntry<>(spec.valueType(), spec.retention(), timed).read(stored, now);
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
}
