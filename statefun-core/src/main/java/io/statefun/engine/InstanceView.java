/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a running application has of an instance, as of a commit.
 *
 * @param content all of it, as text for people to read
 * @param states what its function's states hold, by name, but for those that hold nothing: a value,
 *     a list or a map
 * @param blocked why its messages wait; null if none of them has failed
 * @param partial whether it does not have everything, as there is too much
 */
public record InstanceView(
    InstanceContent content,
    Map<String, Object> states,
    @Nullable Blockage blocked,
    boolean partial) {

  public InstanceView {
    states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
  }

  /** The instance. */
  public Address address() {
    return content.address();
  }
}
