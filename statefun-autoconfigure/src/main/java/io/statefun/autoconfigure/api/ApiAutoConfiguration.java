/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.autoconfigure.StateFunConfigurationException;
import io.statefun.engine.StateFunEngine;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import tools.jackson.databind.json.JsonMapper;

/** The functions and their dead letters over HTTP. */
@AutoConfiguration(
    afterName = {
      "io.statefun.autoconfigure.StateFunAutoConfiguration",
      "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration"
    })
@ConditionalOnClass(JsonMapper.class)
@ConditionalOnBean(StateFunEngine.class)
class ApiAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  JsonValues statefunJsonValues(StateFunEngine engine, ObjectProvider<JsonMapper> mapper) {
    return new JsonValues(
        engine.messageTypes(), mapper.getIfUnique(() -> JsonMapper.builder().build()));
  }

  /** With Spring MVC, for functions that are exposed. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  @ConditionalOnClass(RouterFunctions.class)
  @Conditional(OnExposedFunctions.class)
  @EnableConfigurationProperties(ApiProperties.class)
  static class FunctionConfiguration {

    @Bean
    RouterFunction<ServerResponse> statefunApi(
        StateFunEngine engine, ApiProperties properties, JsonValues json) {
      FunctionApi api = api(engine, properties, json);
      String instance = properties.path() + "/functions/{namespace}/{function}/{id}";
      return RouterFunctions.route()
          .POST(instance + "/call", api::call)
          .POST(instance + "/send", api::send)
          .GET(instance + "/calls/{key}", api::attach)
          .GET(instance, api::read)
          .build();
    }

    private static FunctionApi api(
        StateFunEngine engine, ApiProperties properties, JsonValues json) {
      try {
        return new FunctionApi(engine, properties, json);
      } catch (IllegalArgumentException e) {
        throw new StateFunConfigurationException(
            "The properties statefun.api.call and statefun.api.read name functions: "
                + e.getMessage()
                + ".",
            "Correct the name.",
            e);
      }
    }
  }

  /** With Spring MVC, if it is switched on. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  @ConditionalOnClass(RouterFunctions.class)
  @ConditionalOnBooleanProperty("statefun.api.awakeables")
  @EnableConfigurationProperties(ApiProperties.class)
  static class AwakeableConfiguration {

    @Bean
    RouterFunction<ServerResponse> statefunAwakeableApi(
        StateFunEngine engine, ApiProperties properties, JsonValues json) {
      AwakeableApi api = new AwakeableApi(engine, properties, json);
      return RouterFunctions.route()
          .POST(properties.path() + "/awakeables/{token}", api::complete)
          .build();
    }
  }

  /** Not without the actuator. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
  static class EndpointConfiguration {

    @Bean
    @ConditionalOnAvailableEndpoint(endpoint = DeadLettersEndpoint.class)
    DeadLettersEndpoint statefunDeadLettersEndpoint(StateFunEngine engine, JsonValues json) {
      return new DeadLettersEndpoint(engine, json);
    }
  }
}
