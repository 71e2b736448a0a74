/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.MessageType;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A state that a function declares.
 *
 * @param name the state's name, unique within the function
 * @param kind value, list or map
 * @param valueType how values or entries are stored
 * @param keyType how the keys of a map are stored, null for the other kinds
 * @param retention when values expire
 * @param aliases the names that the state had before, the oldest first
 */
public record StateSpec(
    String name,
    Kind kind,
    MessageType<?> valueType,
    @Nullable MessageType<?> keyType,
    Retention retention,
    List<String> aliases) {

  public StateSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(valueType, "valueType");
    Objects.requireNonNull(retention, "retention");
    aliases = List.copyOf(aliases);
    if ((kind == Kind.MAP) != (keyType != null)) {
      throw new IllegalArgumentException("A map, and nothing but a map, has a key type: " + name);
    }
    if (kind != Kind.VALUE && retention.mode() == Retention.Mode.AFTER_ACCESS) {
      throw new IllegalArgumentException(
          "State '" + name + "': only a value can expire after access, not a list or a map");
    }
  }

  /** A state that always had its name. */
  public StateSpec(
      String name,
      Kind kind,
      MessageType<?> valueType,
      @Nullable MessageType<?> keyType,
      Retention retention) {
    this(name, kind, valueType, keyType, retention, List.of());
  }

  /** The name under which the state is stored: the oldest that it ever had. */
  public String storedName() {
    return aliases.isEmpty() ? name : aliases.get(0);
  }

  /** The shape of a state. */
  public enum Kind {
    /** One value. */
    VALUE,
    /** A list of entries. */
    LIST,
    /** A map of keys to values. */
    MAP
  }
}
