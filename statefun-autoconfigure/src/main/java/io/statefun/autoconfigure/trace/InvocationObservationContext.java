/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace;

import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import io.statefun.trace.TraceCarrier;
import io.statefun.trace.TracedInvocation;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an invocation that is observed. Its parent is what the message carries that it
 * handles.
 */
public final class InvocationObservationContext extends ReceiverContext<TraceCarrier> {

  private final TracedInvocation invocation;
  private final @Nullable String batchTrace;

  InvocationObservationContext(
      TracedInvocation invocation, TraceCarrier carrier, @Nullable String batchTrace) {
    super(TraceCarrier::get, kind(invocation, batchTrace));
    this.invocation = invocation;
    this.batchTrace = batchTrace;
    setCarrier(carrier);
  }

  private static Kind kind(TracedInvocation invocation, @Nullable String batchTrace) {
    return invocation.elsewhere() && batchTrace == null ? Kind.CLIENT : Kind.CONSUMER;
  }

  /** The invocation. */
  public TracedInvocation invocation() {
    return invocation;
  }

  /**
   * The trace that the call belongs to with which a function elsewhere got this message among
   * others; null if it is the trace of this message, as it is of each that is handled alone.
   */
  public @Nullable String batchTrace() {
    return batchTrace;
  }
}
