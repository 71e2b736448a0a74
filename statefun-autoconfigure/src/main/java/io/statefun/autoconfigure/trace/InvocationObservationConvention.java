/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.statefun.message.Address;
import io.statefun.trace.TracedInvocation;

/**
 * How an invocation is named and tagged where it is observed. A bean of this type replaces the
 * names and tags that are here; it may override some and leave the others. It is called by workers,
 * at the beginning and the end of each invocation.
 */
public interface InvocationObservationConvention
    extends ObservationConvention<InvocationObservationContext> {

  /**
   * The name of the observation. There are no meters of this name, as invocations are measured
   * otherwise.
   */
  String NAME = "statefun.invocation";

  @Override
  default boolean supportsContext(Observation.Context context) {
    return context instanceof InvocationObservationContext;
  }

  @Override
  default String getName() {
    return NAME;
  }

  /** The name of the span: {@code invoke} and the function. */
  @Override
  default String getContextualName(InvocationObservationContext context) {
    return "invoke " + context.invocation().function();
  }

  /** The function, the type of the message, and the outcome, {@code success} or {@code failure}. */
  @Override
  default KeyValues getLowCardinalityKeyValues(InvocationObservationContext context) {
    TracedInvocation invocation = context.invocation();
    return KeyValues.of(
        KeyValue.of("function", invocation.function().toString()),
        KeyValue.of("message", invocation.messageType().toString()),
        KeyValue.of("outcome", context.getError() == null ? "success" : "failure"));
  }

  /**
   * The id of the instance; who has sent the message, if an instance has; and of functions
   * elsewhere the number of messages in the call, and the trace of the call if it is another one.
   */
  @Override
  default KeyValues getHighCardinalityKeyValues(InvocationObservationContext context) {
    TracedInvocation invocation = context.invocation();
    KeyValues values = KeyValues.of(KeyValue.of("id", invocation.target().id()));
    Address caller = invocation.caller();
    if (caller != null) {
      values = values.and("caller", caller.toString());
    }
    if (invocation.elsewhere()) {
      values = values.and("messages", String.valueOf(invocation.messages().size()));
    }
    String batchTrace = context.batchTrace();
    return batchTrace == null ? values : values.and("batch.trace", batchTrace);
  }
}
