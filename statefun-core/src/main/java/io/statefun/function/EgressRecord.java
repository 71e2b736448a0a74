/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.function;

import io.statefun.message.TypeName;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a function gives to an egress.
 *
 * @param egress the egress' name
 * @param value the record's value, of a type that the application knows
 * @param key a key for sinks that know keys, as Kafka does; null for none
 * @param headers headers for sinks that know headers
 */
public record EgressRecord(
    TypeName egress, Object value, @Nullable String key, Map<String, byte[]> headers) {

  public EgressRecord {
    Objects.requireNonNull(egress, "egress");
    Objects.requireNonNull(value, "value");
    headers = Map.copyOf(headers);
  }

  /** A record without key and headers. */
  public static EgressRecord of(TypeName egress, Object value) {
    return new EgressRecord(egress, value, null, Map.of());
  }

  /** The same record with a key. */
  public EgressRecord withKey(String newKey) {
    return new EgressRecord(egress, value, newKey, headers);
  }

  /** The same record with headers. */
  public EgressRecord withHeaders(Map<String, byte[]> newHeaders) {
    return new EgressRecord(egress, value, key, newHeaders);
  }
}
