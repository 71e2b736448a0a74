/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.trace.InvocationSpan;
import io.statefun.trace.TraceContext;
import io.statefun.trace.TracedInvocation;
import io.statefun.trace.Tracing;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has the messages of half of the cells carry where they are from, and finds out if one comes
 * without, or with what another one carried.
 */
final class PathOracle implements Tracing {

  private static final String FROM = "from";

  private final Consumer<String> violations;

  /**
   * @param violations hear what is wrong
   */
  PathOracle(Consumer<String> violations) {
    this.violations = violations;
  }

  @Override
  public TraceContext current() {
    return TraceContext.NONE;
  }

  @Override
  public InvocationSpan begin(TracedInvocation invocation) {
    check(invocation);
    String place = place(invocation.target());
    return new Span(place == null ? TraceContext.NONE : TraceContext.of(Map.of(FROM, place)));
  }

  private void check(TracedInvocation invocation) {
    Address caller = invocation.caller();
    String carried = invocation.messages().get(0).get(FROM);
    String expected = caller == null ? null : place(caller);
    boolean maybeReminder = caller != null && caller.equals(invocation.target()) && carried == null;
    if (!Objects.equals(carried, expected) && !maybeReminder) {
      violations.accept(
          "a message of " + caller + " to " + invocation.target() + " carries " + carried);
    }
  }

  /** What the messages of an instance carry; null if they carry nothing. */
  private static @Nullable String place(Address instance) {
    boolean isCell =
        instance.type().equals(CellFunction.TYPE) || instance.type().equals(RemoteCells.TYPE);
    return isCell && instance.id().hashCode() % 2 == 0 ? instance.toString() : null;
  }

  private record Span(TraceContext context) implements InvocationSpan {

    @Override
    public void end(@Nullable Throwable failure) {}
  }
}
