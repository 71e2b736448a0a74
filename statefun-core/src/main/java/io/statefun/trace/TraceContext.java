/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.trace;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in a trace: a few short fields, as {@code traceparent}, that whoever traces writes and
 * reads. A message carries it from the invocation that sends it to the one that handles it.
 * Immutable, and bounded: a field that is too much is left out, the others stay.
 */
public final class TraceContext implements TraceCarrier {

  /** How many fields there are at most. */
  public static final int MAX_FIELDS = 8;

  /** How many characters the names and values of all fields have at most. */
  public static final int MAX_LENGTH = 1_024;

  /** No place in any trace. */
  public static final TraceContext NONE = new TraceContext(Map.of());

  private final Map<String, String> fields;

  private TraceContext(Map<String, String> fields) {
    this.fields = fields;
  }

  /**
   * A place in a trace.
   *
   * @param fields in the order of their importance. Names without a colon, and neither names nor
   *     values with line breaks; others are left out
   */
  public static TraceContext of(Map<String, String> fields) {
    Map<String, String> kept = new LinkedHashMap<>();
    int left = MAX_LENGTH;
    for (Map.Entry<String, String> field : fields.entrySet()) {
      int length = field.getKey().length() + field.getValue().length();
      if (kept.size() < MAX_FIELDS && length <= left && isWritable(field)) {
        kept.put(field.getKey(), field.getValue());
        left -= length;
      }
    }
    return kept.isEmpty() ? NONE : new TraceContext(kept);
  }

  private static boolean isWritable(Map.Entry<String, String> field) {
    return !field.getKey().isEmpty()
        && field.getKey().indexOf(':') < 0
        && isLine(field.getKey())
        && isLine(field.getValue());
  }

  private static boolean isLine(String text) {
    return text.indexOf('\n') < 0 && text.indexOf('\r') < 0;
  }

  /** Whether it says nothing. */
  public boolean isEmpty() {
    return fields.isEmpty();
  }

  /** The fields, not to be changed. */
  public Map<String, String> fields() {
    return java.util.Collections.unmodifiableMap(fields);
  }

  @Override
  public @Nullable String get(String field) {
    String exact = fields.get(field);
    if (exact != null) {
      return exact;
    }
    for (Map.Entry<String, String> other : fields.entrySet()) {
      if (other.getKey().equalsIgnoreCase(field)) {
        return other.getValue();
      }
    }
    return null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TraceContext that && fields.equals(that.fields);
  }

  @Override
  public int hashCode() {
    return fields.hashCode();
  }

  @Override
  public String toString() {
    return fields.toString();
  }
}
