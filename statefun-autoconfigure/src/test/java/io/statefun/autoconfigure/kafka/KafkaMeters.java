/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.statefun.message.TypeName;
import java.util.List;

/** The meters of an application that uses Kafka, without Kafka. */
public final class KafkaMeters {

  private KafkaMeters() {}

  /** Registers those of an application with one ingress. */
  public static void bindTo(MeterRegistry registry) {
    new LagMetrics(new RecordLag(), List.of(TypeName.parse("test/in"))).bindTo(registry);
  }
}
