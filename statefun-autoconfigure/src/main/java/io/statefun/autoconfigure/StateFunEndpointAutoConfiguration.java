/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.StateFunEngine;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Adds the endpoint {@code statefun}. */
@AutoConfiguration(after = StateFunAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean({StateFunEngine.class, Functions.class})
@ConditionalOnAvailableEndpoint(endpoint = StateFunEndpoint.class)
class StateFunEndpointAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  StateFunEndpoint statefunEndpoint(
      ApplicationName application,
      StateFunEngine engine,
      Functions functions,
      EgressBindings egresses) {
    return new StateFunEndpoint(application, engine, functions, egresses);
  }
}
