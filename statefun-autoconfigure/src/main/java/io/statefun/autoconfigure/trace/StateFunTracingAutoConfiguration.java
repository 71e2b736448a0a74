/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import io.statefun.trace.Tracing;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Has invocations be part of the traces of an application that has tracing. */
@AutoConfiguration(
    beforeName = "io.statefun.autoconfigure.StateFunAutoConfiguration",
    afterName = {
      "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
      "org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration",
      "org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration"
    })
@ConditionalOnClass({ObservationRegistry.class, Tracer.class})
@ConditionalOnBean({ObservationRegistry.class, Tracer.class, Propagator.class})
@ConditionalOnBooleanProperty(name = "statefun.tracing.enabled", matchIfMissing = true)
@EnableConfigurationProperties(StateFunTracingProperties.class)
class StateFunTracingAutoConfiguration {

  @Bean
  RecentInvocations statefunRecentInvocations(StateFunTracingProperties properties) {
    return new RecentInvocations(properties.remembered());
  }

  @Bean
  @ConditionalOnMissingBean
  Tracing statefunTracing(
      ObservationRegistry registry,
      Tracer tracer,
      Propagator propagator,
      ObjectProvider<InvocationObservationConvention> convention,
      RecentInvocations recent) {
    return new ObservedTracing(registry, tracer, propagator, convention.getIfUnique(), recent);
  }

  /** With meters, which an observation makes as well, unless somebody says that it must not. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  static class MetersConfiguration {

    @Bean
    MeterFilter statefunNoInvocationMeters() {
      return MeterFilter.deny(
          id ->
              id.getName().equals(InvocationObservationConvention.NAME)
                  || id.getName().equals(InvocationObservationConvention.NAME + ".active"));
    }
  }
}
