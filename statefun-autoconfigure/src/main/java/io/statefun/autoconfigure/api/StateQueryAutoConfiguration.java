/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.autoconfigure.StateFunConfigurationException;
import io.statefun.engine.StateFunEngine;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import tools.jackson.databind.json.JsonMapper;

/** The states of a function's instances over HTTP, with Spring MVC, for functions to be read. */
@AutoConfiguration(after = ApiAutoConfiguration.class)
@ConditionalOnClass({JsonMapper.class, RouterFunctions.class})
@ConditionalOnBean({StateFunEngine.class, JsonValues.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@Conditional(OnExposedFunctions.class)
@EnableConfigurationProperties(ApiProperties.class)
class StateQueryAutoConfiguration {

  @Bean
  RouterFunction<ServerResponse> statefunStateQueries(
      StateFunEngine engine, ApiProperties properties, JsonValues json) {
    StateQueryApi api = new StateQueryApi(engine, properties, readable(properties), json);
    return RouterFunctions.route()
        .GET(properties.path() + "/functions/{namespace}/{function}", api::page)
        .build();
  }

  private static FunctionNames readable(ApiProperties properties) {
    try {
      return new FunctionNames(properties.read());
    } catch (IllegalArgumentException e) {
      throw new StateFunConfigurationException(
          "The property statefun.api.read names functions: " + e.getMessage() + ".",
          "Correct the name.",
          e);
    }
  }
}
