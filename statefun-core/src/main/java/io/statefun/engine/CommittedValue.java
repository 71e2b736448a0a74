/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.MessageType;
import org.jspecify.annotations.Nullable;

/** A value state of an instance that is asked, as it was committed. */
final class CommittedValue<T> implements ReadOnly.GuardedValue<T> {

  private final CommittedInvocation invocation;
  private final int slot;
  private final StateSpec spec;

  CommittedValue(CommittedInvocation invocation, int slot, StateSpec spec) {
    this.invocation = invocation;
    this.slot = slot;
    this.spec = spec;
  }

  @Override
  public Address self() {
    return invocation.address();
  }

  @Override
  public @Nullable T get() {
    Object held = invocation.slot(slot);
    if (held instanceof SlotValue.Expiring expiring) {
      return expiring.hasExpired(spec.retention(), invocation.nowMillis())
          ? null
          : decode(expiring.value());
    }
    return held == null ? null : decode(held);
  }

  @SuppressWarnings("unchecked")
  private T decode(Object held) {
    if (!(held instanceof byte[] stored)) {
      throw invocation.otherwiseStored(spec);
    }
    try {
      return ((MessageType<T>) spec.valueType()).deserialize(stored);
    } catch (RuntimeException e) {
      throw invocation.unreadable(spec, e);
    }
  }
}
