/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.remote;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.statefun.message.TypeName;
import io.statefun.remote.CallListener;
import io.statefun.remote.RemoteEndpoint;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Measures calls of functions that run elsewhere. */
final class CallMetrics implements CallListener {

  private final MeterRegistry registry;
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
  private final Map<String, DistributionSummary> batches = new ConcurrentHashMap<>();

  CallMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void ended(
      RemoteEndpoint endpoint, TypeName function, int messages, long nanos, Outcome outcome) {
    timers
        .computeIfAbsent(new Key(endpoint.name(), outcome), this::timer)
        .record(nanos, TimeUnit.NANOSECONDS);
    batches.computeIfAbsent(endpoint.name(), this::summary).record(messages);
  }

  private Timer timer(Key key) {
    return Timer.builder("statefun.remote.call")
        .description("The time that an attempt to call functions elsewhere takes")
        .tag("endpoint", key.endpoint())
        .tag("outcome", key.outcome().name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  private DistributionSummary summary(String endpoint) {
    return DistributionSummary.builder("statefun.remote.batch")
        .description("The number of messages with which functions elsewhere are called")
        .baseUnit("messages")
        .tag("endpoint", endpoint)
        .register(registry);
  }

  private record Key(String endpoint, Outcome outcome) {}
}
