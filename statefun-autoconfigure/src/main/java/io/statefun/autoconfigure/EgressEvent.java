/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.message.TypeName;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.core.ResolvableTypeProvider;

/**
 * The application event of a record that a function gave to an egress named in {@code
 * statefun.egress.events}. Listeners for {@code EgressEvent<Invoice>} receive the records whose
 * value is an {@code Invoice}.
 *
 * <p>It is published after the record's epoch was committed, and the record counts as delivered
 * when all listeners have returned. If one throws, the event is published again later, with the
 * same id.
 *
 * @param id the same for each publication of this record, and for no other record
 * @param egress the egress' name
 * @param value the value
 * @param key the key, if the function gave one
 * @param headers headers, by name
 * @param <T> the value's type
 */
public record EgressEvent<T>(
    String id, TypeName egress, T value, @Nullable String key, Map<String, byte[]> headers)
    implements ResolvableTypeProvider {

  public EgressEvent {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(egress, "egress");
    Objects.requireNonNull(value, "value");
    headers = Map.copyOf(headers);
  }

  @Override
  public ResolvableType getResolvableType() {
    return ResolvableType.forClassWithGenerics(
        EgressEvent.class, ResolvableType.forInstance(value));
  }
}
