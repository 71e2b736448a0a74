/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import io.statefun.trace.InvocationSpan;
import io.statefun.trace.TraceCarrier;
import io.statefun.trace.TraceContext;
import io.statefun.trace.TracedInvocation;
import io.statefun.trace.Tracing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows events as Micrometer observations. What messages carry is what the application's
 * propagator writes, whichever form that has. An application gets it as a bean; it can be given to
 * an engine that is made otherwise, too.
 */
public final class ObservedTracing implements Tracing {

  private static final Logger log = LoggerFactory.getLogger(ObservedTracing.class);

  /** What comes with a place in a trace, and is none. */
  private static final String BAGGAGE = "baggage";

  private static final InvocationObservationConvention DEFAULT =
      new InvocationObservationConvention() {};

  private final ObservationRegistry registry;
  private final Tracer tracer;
  private final Propagator propagator;
  private final @Nullable InvocationObservationConvention convention;
  private final RecentInvocations recent;
  private final List<String> fields;
  private volatile boolean warned;

  /**
   * @param registry makes the observations
   * @param tracer knows where threads are
   * @param propagator reads and writes what messages carry
   * @param convention names and tags the observations; null for the names and tags that {@link
   *     InvocationObservationConvention} has
   * @param recent remembers the invocations
   */
  public ObservedTracing(
      ObservationRegistry registry,
      Tracer tracer,
      Propagator propagator,
      @Nullable InvocationObservationConvention convention,
      RecentInvocations recent) {
    this.registry = registry;
    this.tracer = tracer;
    this.propagator = propagator;
    this.convention = convention;
    this.recent = recent;
    this.fields = List.copyOf(propagator.fields());
  }

  @Override
  public TraceContext current() {
    try {
      return written(tracer.currentTraceContext().context());
    } catch (RuntimeException e) {
      warn(e);
      return TraceContext.NONE;
    }
  }

  @Override
  public InvocationSpan begin(TracedInvocation invocation) {
    try {
      return started(invocation);
    } catch (RuntimeException e) {
      warn(e);
      return new Unobserved(carried(parent(invocation.messages())));
    }
  }

  private InvocationSpan started(TracedInvocation invocation) {
    TraceCarrier parent = parent(invocation.messages());
    Observation observation = start(new InvocationObservationContext(invocation, parent, null));
    if (observation.isNoop()) {
      return new Unobserved(carried(parent));
    }
    ObservedSpan span = new ObservedSpan(this, invocation, observation);
    span.addOthers(others(invocation, parent, span.traceId()));
    if (!invocation.elsewhere()) {
      span.enter();
    }
    return span;
  }

  private Observation start(InvocationObservationContext context) {
    return Observation.createNotStarted(convention, DEFAULT, () -> context, registry).start();
  }

  /** The first message that is part of a trace stands for all. */
  private TraceCarrier parent(List<? extends TraceCarrier> messages) {
    if (messages.size() > 1) {
      for (TraceCarrier message : messages) {
        if (isInTrace(message)) {
          return message;
        }
      }
    }
    return messages.get(0);
  }

  private boolean isInTrace(TraceCarrier message) {
    for (String field : fields) {
      if (!field.equals(BAGGAGE) && message.get(field) != null) {
        return true;
      }
    }
    return false;
  }

  /** The same invocation in the traces of the other messages of a batch. */
  private List<Observation> others(
      TracedInvocation invocation, TraceCarrier parent, @Nullable String trace) {
    if (invocation.messages().size() == 1 || trace == null) {
      return List.of();
    }
    List<Observation> others = new ArrayList<>();
    for (TraceCarrier message : invocation.messages()) {
      if (message != parent && isInTrace(message)) {
        others.add(start(new InvocationObservationContext(invocation, message, trace)));
      }
    }
    return others;
  }

  /** What a message carries, for the next ones if nothing comes in between. */
  private TraceContext carried(TraceCarrier message) {
    Map<String, String> all = new LinkedHashMap<>();
    for (String field : fields) {
      String value = message.get(field);
      if (value != null) {
        all.put(field, value);
      }
    }
    return TraceContext.of(all);
  }

  TraceContext written(io.micrometer.tracing.@Nullable TraceContext context) {
    if (context == null) {
      return TraceContext.NONE;
    }
    Map<String, String> written = new LinkedHashMap<>();
    propagator.inject(context, written, (carrier, field, value) -> written.put(field, value));
    return TraceContext.of(written);
  }

  RecentInvocations recent() {
    return recent;
  }

  /** What observes may fail, and invocations do not fail with it. */
  void warn(RuntimeException failure) {
    if (!warned) {
      warned = true;
      log.warn("An invocation cannot be observed; others that cannot are not logged", failure);
    }
  }

  /** An invocation that nobody observes: what it sends is where its message is. */
  private record Unobserved(TraceContext context) implements InvocationSpan {

    @Override
    public void end(@Nullable Throwable failure) {}
  }
}
