/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.statefun.message.TypeName;
import java.util.List;

/** Tells how far the process is behind. */
record LagMetrics(RecordLag lag, List<TypeName> ingresses) implements MeterBinder {

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("statefun.kafka.lag", lag, RecordLag::records)
        .description("The number of records that this process has yet to fetch")
        .register(registry);
    Gauge.builder("statefun.inbox.lag", lag, RecordLag::ofInboxes)
        .description(
            "The number of messages of other processes that this one has yet to fetch, among them")
        .register(registry);
    for (TypeName ingress : ingresses) {
      Gauge.builder("statefun.ingress.lag", lag, of -> of.ofIngress(ingress))
          .description("The number of records of an ingress that this process has yet to fetch")
          .tag("ingress", ingress.toString())
          .register(registry);
    }
  }
}
