/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.trace.InvocationSpan;
import io.statefun.trace.TraceCarrier;
import io.statefun.trace.TraceContext;
import io.statefun.trace.TracedInvocation;
import io.statefun.trace.Tracing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Follows events, and keeps what it sees. */
final class Follower implements Tracing {

  private final List<Span> spans = new ArrayList<>();
  private @Nullable Span entered;
  private TraceContext current = TraceContext.NONE;

  /** Where the caller from outside is from now on; null for nowhere. */
  void goTo(@Nullable String place) {
    current = place == null ? TraceContext.NONE : at(place);
  }

  private static TraceContext at(String place) {
    return TraceContext.of(Map.of("place", place));
  }

  @Override
  public TraceContext current() {
    return current;
  }

  @Override
  public Span begin(TracedInvocation invocation) {
    Span span = new Span(invocation);
    spans.add(span);
    if (!invocation.elsewhere()) {
      entered = span;
    }
    return span;
  }

  /** The invocation that runs on this thread. */
  @Nullable Span entered() {
    return entered;
  }

  /** The invocations of a function that have begun. */
  List<Span> of(String function) {
    return spans.stream()
        .filter(span -> span.invocation.function().toString().equals(function))
        .toList();
  }

  /** An invocation. Its place is where its first message is from, and one further. */
  final class Span implements InvocationSpan {

    private final TracedInvocation invocation;
    private @Nullable Throwable failure;
    private int ends;

    private Span(TracedInvocation invocation) {
      this.invocation = invocation;
    }

    /** Where its first message is from; null if from nowhere. */
    @Nullable String from() {
      return from(0);
    }

    @Nullable String from(int message) {
      TraceCarrier carrier = Objects.requireNonNull(invocation.messages().get(message));
      return carrier.get("Place");
    }

    TracedInvocation invocation() {
      return invocation;
    }

    @Nullable Throwable failure() {
      return failure;
    }

    int ends() {
      return ends;
    }

    @Override
    public TraceContext context() {
      String from = from();
      return from == null ? TraceContext.NONE : at(from + "/" + invocation.function().name());
    }

    @Override
    public void end(@Nullable Throwable why) {
      failure = why;
      ends++;
      entered = null;
    }
  }
}
