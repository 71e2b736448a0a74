/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace;

import io.micrometer.observation.Observation;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import io.statefun.trace.InvocationSpan;
import io.statefun.trace.TraceContext;
import io.statefun.trace.TracedInvocation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An invocation that is observed. */
final class ObservedSpan implements InvocationSpan {

  private final ObservedTracing tracing;
  private final TracedInvocation invocation;
  private final Observation observation;
  private final io.micrometer.tracing.@Nullable TraceContext place;
  private final boolean remembered;
  private final long beganAt;
  private final long beganNanos;
  private List<Observation> others = List.of();
  private Observation.@Nullable Scope scope;

  ObservedSpan(ObservedTracing tracing, TracedInvocation invocation, Observation observation) {
    this.tracing = tracing;
    this.invocation = invocation;
    this.observation = observation;
    this.place = place(observation);
    this.remembered = tracing.recent().remembersAny();
    this.beganAt = remembered ? System.currentTimeMillis() : 0;
    this.beganNanos = remembered ? System.nanoTime() : 0;
  }

  private static io.micrometer.tracing.@Nullable TraceContext place(Observation observation) {
    TracingContext tracing = observation.getContextView().get(TracingContext.class);
    Span span = tracing == null ? null : tracing.getSpan();
    return span == null ? null : span.context();
  }

  /** Takes over the observations of other messages in the same batch. */
  void addOthers(List<Observation> observations) {
    others = observations;
  }

  /** Has the calling thread be in the span until its end. */
  void enter() {
    scope = observation.openScope();
  }

  @Nullable String traceId() {
    return place == null ? null : place.traceId();
  }

  @Override
  public TraceContext context() {
    try {
      return tracing.written(place);
    } catch (RuntimeException e) {
      tracing.warn(e);
      return TraceContext.NONE;
    }
  }

  @Override
  public void end(@Nullable Throwable failure) {
    try {
      if (scope != null) {
        scope.close();
      }
      stop(observation, failure);
      others.forEach(other -> stop(other, failure));
    } catch (RuntimeException e) {
      tracing.warn(e);
    }
    if (remembered) {
      tracing.recent().add(remember(failure));
    }
  }

  private static void stop(Observation observation, @Nullable Throwable failure) {
    if (failure != null) {
      observation.error(failure);
    }
    observation.stop();
  }

  private RecentInvocation remember(@Nullable Throwable failure) {
    return new RecentInvocation(
        invocation.target(),
        invocation.messageType(),
        invocation.messages().size(),
        invocation.caller(),
        Instant.ofEpochMilli(beganAt),
        Duration.ofNanos(System.nanoTime() - beganNanos),
        failure == null ? null : failure.getClass().getName(),
        traceId(),
        place != null && Boolean.TRUE.equals(place.sampled()));
  }
}
