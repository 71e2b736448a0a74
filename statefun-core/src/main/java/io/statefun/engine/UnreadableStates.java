/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Remembers, for the health, which state could not be read since the start. */
final class UnreadableStates {

  private static final Logger LOG = LoggerFactory.getLogger(UnreadableStates.class);

  private final Map<TypeName, Long> counts = new TreeMap<>();
  private @Nullable Instant first;
  private @Nullable Instant latest;
  private @Nullable Address address;
  private @Nullable String cause;

  /** Counts an attempt to read the state of an instance that has failed. Called by any thread. */
  synchronized void found(
      TypeName function, Address instance, Throwable unreadable, InstantSource clock) {
    if (counts.merge(function, 1L, Long::sum) == 1) {
      LOG.warn(
          "State of function {} cannot be read, that of {} to begin with. What is stored stays as it"
              + " is, and messages that need it go to the dead letters; a version of the application"
              + " that can read it is needed. More of the same function are counted only.",
          function,
          instance,
          unreadable);
    }
    latest = clock.instant();
    first = first == null ? latest : first;
    address = instance;
    cause = unreadable.getMessage();
  }

  /** What was found, or null if there was nothing. */
  synchronized EngineStatus.@Nullable UnreadableState summary() {
    if (first == null || latest == null || address == null) {
      return null;
    }
    return new EngineStatus.UnreadableState(
        Map.copyOf(counts), first, latest, address, String.valueOf(cause));
  }
}
