/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.statefun.engine.StateFunEngine;
import io.statefun.snapshot.SnapshotStore;
import java.time.InstantSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Measures the engine. */
@AutoConfiguration(
    after = StateFunAutoConfiguration.class,
    afterName = {
      "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
    })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({StateFunEngine.class, MeterRegistry.class})
class StateFunMetricsAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  CommitMetrics statefunCommitMetrics(MeterRegistry registry) {
    return new CommitMetrics(registry);
  }

  /** First, so that the application's own customizers have the last word. */
  @Bean
  @Order(Ordered.HIGHEST_PRECEDENCE)
  StateFunEngineCustomizer statefunMeasuredEngine(SnapshotStore store, MeterRegistry registry) {
    return builder ->
        builder.measureInvocations(true).snapshotStore(new MeasuredSnapshotStore(store, registry));
  }

  @Bean
  @ConditionalOnMissingBean
  EngineMetrics statefunEngineMetrics(StateFunEngine engine) {
    return new EngineMetrics(engine, InstantSource.system());
  }
}
