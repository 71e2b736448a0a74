/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long messages wait that this version of the application cannot handle. The time counts from
 * the first of a kind on, so that many bad messages hold up their instances no longer than one.
 * When none of a kind has come for as long again, the next is a first one. Belongs to one worker.
 */
final class UnknownMessages {

  private static final Logger LOG = LoggerFactory.getLogger(UnknownMessages.class);

  private static final int MAX_KINDS = 1_000;

  private final long wait;
  private final Map<Kind, Seen> kinds = new HashMap<>();

  UnknownMessages(Duration wait) {
    this.wait = wait.toMillis();
  }

  /** Whether they wait at all. */
  boolean mayWait() {
    return wait > 0;
  }

  /** Until when a message waits that was found now, in milliseconds. */
  long waitUntil(Message message, Throwable why, long now) {
    Kind kind = new Kind(message.target().type(), message.value().typeName());
    Seen seen = kinds.get(kind);
    if (seen == null || now - seen.last > wait) {
      if (kinds.size() >= MAX_KINDS) {
        kinds.clear();
      }
      seen = new Seen(now);
      kinds.put(kind, seen);
      LOG.warn(
          "A message for {} cannot be handled by this version of the application. It waits, as do"
              + " others of its kind, until {} for a node with a version that can; then it goes to"
              + " the dead letters: {}",
          message.target(),
          Instant.ofEpochMilli(now + wait),
          why.getMessage());
    }
    seen.last = now;
    return seen.first + wait;
  }

  private record Kind(TypeName function, TypeName message) {}

  private static final class Seen {

    private final long first;
    private long last;

    Seen(long now) {
      first = now;
      last = now;
    }
  }
}
