/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.StateFunEngine;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Shows the engine in the application's health. */
@AutoConfiguration(after = StateFunAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(StateFunEngine.class)
@ConditionalOnEnabledHealthIndicator("statefun")
class StateFunHealthAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean(name = "statefunHealthIndicator")
  HealthIndicator statefunHealthIndicator(StateFunEngine engine) {
    return new StateFunHealthIndicator(engine);
  }
}
