/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.ValueState;
import io.statefun.message.MessageType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A value state of the instance that is being invoked. */
final class ValueHandle<T> implements ValueState<T>, StateHandles.Expirable {

  private final WorkerInvocation invocation;
  private final int slot;
  private final StateSpec spec;
  private final MessageType<T> type;
  private final boolean immutable;
  private final Retention retention;

  @SuppressWarnings("unchecked")
  ValueHandle(WorkerInvocation invocation, int slot, StateSpec spec) {
    this.invocation = invocation;
    this.slot = slot;
    this.spec = spec;
    this.type = (MessageType<T>) spec.valueType();
    this.immutable = type.immutable();
    this.retention = spec.retention();
  }

  @Override
  public @Nullable T get() {
    invocation.check();
    Object held = invocation.slot(slot);
    if (held == null) {
      return null;
    }
    return held instanceof SlotValue.Expiring expiring ? getExpiring(expiring) : decode(held);
  }

  private @Nullable T getExpiring(SlotValue.Expiring expiring) {
    if (hasExpired(expiring)) {
      return null;
    }
    T value = decode(expiring.value());
    if (retention.mode() == Retention.Mode.AFTER_ACCESS
        && expiring.since() != invocation.nowMillis()) {
      invocation.setSlot(slot, new SlotValue.Expiring(expiring.value(), invocation.nowMillis()));
    }
    return value;
  }

  @SuppressWarnings("unchecked")
  private T decode(Object held) {
    if (!(held instanceof byte[] stored)) {
      check(held);
      return (T) held;
    }
    T value;
    try {
      value = type.deserialize(stored);
    } catch (RuntimeException e) {
      throw invocation.unreadable(spec, e);
    }
    if (immutable && invocation.slot(slot) == held) {
      invocation.cacheSlot(slot, value);
    }
    return value;
  }

  /** Makes sure that a list or map is not taken for a value. */
  private void check(@Nullable Object held) {
    if (held != null
        && (held.getClass() == SlotValue.ListHead.class
            || held.getClass() == SlotValue.MapHead.class)) {
      throw invocation.unreadable(spec, held);
    }
  }

  private boolean hasExpired(SlotValue.Expiring expiring) {
    return retention.mode() != Retention.Mode.FOREVER
        && invocation.nowMillis() - expiring.since() >= retention.after().toMillis();
  }

  @Override
  public void set(T value) {
    invocation.check();
    Objects.requireNonNull(value, () -> "State '" + spec.name() + "': use clear() to remove it");
    check(invocation.slot(slot));
    Object held = immutable ? value : type.serialize(value);
    if (retention.mode() == Retention.Mode.FOREVER) {
      invocation.setSlot(slot, held);
      return;
    }
    if (invocation.slot(slot) == null) {
      setPurge(invocation.nowMillis());
    }
    invocation.setSlot(slot, new SlotValue.Expiring(held, invocation.nowMillis()));
  }

  @Override
  public void clear() {
    invocation.check();
    check(invocation.slot(slot));
    if (invocation.slot(slot) != null) {
      invocation.setSlot(slot, null);
    }
  }

  @Override
  public void purge() {
    if (invocation.slot(slot) instanceof SlotValue.Expiring expiring) {
      if (hasExpired(expiring)) {
        invocation.setSlot(slot, null);
      } else if (retention.mode() != Retention.Mode.FOREVER) {
        setPurge(expiring.since());
      }
    }
  }

  private void setPurge(long since) {
    Purges.set(invocation, spec, since);
  }
}
