/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.statefun.autoconfigure.StateFunEngineCustomizer;
import io.statefun.engine.Bootstrap;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Has the application begin with what a database or files have, if the properties name some. */
@AutoConfiguration(
    beforeName = "io.statefun.autoconfigure.StateFunAutoConfiguration",
    afterName = {
      "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
      "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration"
    })
@Conditional(OnBootstrap.class)
@EnableConfigurationProperties(BootstrapProperties.class)
class BootstrapAutoConfiguration {

  @Bean
  BootstrapProgress statefunBootstrapProgress() {
    return new BootstrapProgress();
  }

  @Bean
  @ConditionalOnMissingBean
  Bootstrap statefunBootstrap(
      BootstrapProperties properties,
      BeanFactory beans,
      ObjectProvider<ComposerFactory> composers,
      BootstrapProgress progress) {
    ComposerFactory composer = composers.getIfAvailable();
    return new BootstrapRun(
        properties.bootstrap(),
        new ConfiguredInputs(beans, composer == null ? null : composer.composer()),
        progress);
  }

  @Bean
  StateFunEngineCustomizer statefunBootstrapCustomizer(Bootstrap bootstrap) {
    return builder -> builder.bootstrap(bootstrap);
  }

  /** Makes the composer, if Jackson is there. */
  interface ComposerFactory {

    Composer composer();
  }

  /** Not without Jackson. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(JsonMapper.class)
  static class JacksonConfiguration {

    @Bean
    ComposerFactory statefunBootstrapComposer(ObjectProvider<JsonMapper> mapper) {
      return () -> new Composer(mapper.getIfUnique(JsonMapper::new));
    }
  }

  /** Not without Micrometer. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  static class MetricsConfiguration {

    @Bean
    MeterBinder statefunBootstrapMetrics(BootstrapProgress progress) {
      return registry -> {
        Gauge.builder("statefun.bootstrap.rows", progress, BootstrapProgress::rows)
            .description("How many rows of the first state there are so far")
            .register(registry);
        Gauge.builder("statefun.bootstrap.share", progress, BootstrapProgress::share)
            .description("Which share was read of the input that is being read, if that is known")
            .register(registry);
      };
    }
  }
}
