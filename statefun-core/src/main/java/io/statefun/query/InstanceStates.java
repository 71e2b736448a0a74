/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.query;

import io.statefun.message.Address;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an instance's states hold, all as of one commit.
 *
 * @param address the instance, under the present name of its function
 * @param states what the states that were asked for hold, by name, but for those that hold nothing
 *     or have expired: a value, a list or a map
 * @param unreadable why states could not be read, by name
 * @param partial whether there is more of lists and maps, or of the instance, than was looked at
 */
public record InstanceStates(
    Address address, Map<String, Object> states, Map<String, String> unreadable, boolean partial) {

  public InstanceStates {
    states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
    unreadable = Collections.unmodifiableMap(new LinkedHashMap<>(unreadable));
  }
}
