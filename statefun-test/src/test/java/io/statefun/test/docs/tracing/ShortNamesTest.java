/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import io.statefun.autoconfigure.trace.ObservedTracing;
import io.statefun.autoconfigure.trace.RecentInvocations;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.trace.TraceContext;
import io.statefun.trace.TracedInvocation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShortNamesTest {

  @Test
  void spansHaveTheNameOfTheFunctionAlone() {
    List<Observation.Context> ended = new ArrayList<>();
    ObservationRegistry registry = ObservationRegistry.create();
    registry.observationConfig().observationHandler(new Recorder(ended));
    ObservedTracing tracing =
        new ObservedTracing(
            registry, Tracer.NOOP, Propagator.NOOP, new ShortNames(), new RecentInvocations(0));

    tracing
        .begin(
            new TracedInvocation(
                TypeName.parse("shop/cart"),
                Address.of("shop/cart", "ann"),
                null,
                TypeName.parse("shop/item"),
                List.of(TraceContext.NONE),
                false))
        .end(null);

    assertThat(ended).hasSize(1);
    assertThat(ended.get(0).getContextualName()).isEqualTo("cart");
    assertThat(ended.get(0).getHighCardinalityKeyValues()).isEmpty();
  }

  private record Recorder(List<Observation.Context> ended)
      implements ObservationHandler<Observation.Context> {

    @Override
    public void onStop(Observation.Context context) {
      ended.add(context);
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
      return true;
    }
  }
}
