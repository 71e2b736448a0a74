/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether an endpoint answers. Attempts end in another order than they began: one that does not get
 * through says nothing if one that began later has. Used by any thread.
 */
final class Reachability {

  private static final Logger LOG = LoggerFactory.getLogger(Reachability.class);

  /** An endpoint that fails now and then is told of once in this time. */
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final RemoteEndpoint endpoint;

  private int missed;
  private @Nullable String why;
  private long reachedAt = Long.MIN_VALUE;
  private boolean told;
  private long toldAt;

  Reachability(RemoteEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** An attempt did not get through that began at a time in nanoseconds. */
  synchronized void missed(long startedAt, Throwable failure) {
    if (reachedAt != Long.MIN_VALUE && startedAt - reachedAt <= 0) {
      return;
    }
    missed++;
    why = failure.toString();
    // Once per outage is enough: the health and the meters say that it lasts.
    if (missed == 1 && (toldAt == 0 || startedAt - toldAt > QUIET_NANOS)) {
      LOG.warn("Endpoint {} does not answer: {}", endpoint, why);
      told = true;
      toldAt = startedAt;
    }
  }

  /** An attempt got through that began at a time in nanoseconds. */
  synchronized void reached(long startedAt) {
    if (reachedAt == Long.MIN_VALUE || startedAt - reachedAt > 0) {
      reachedAt = startedAt;
    }
    missed = 0;
    why = null;
    if (told) {
      LOG.info("Endpoint {} answers again", endpoint);
      told = false;
    }
  }

  synchronized RemoteEndpoints.Status status() {
    return new RemoteEndpoints.Status(endpoint.name(), missed, why);
  }
}
