/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.autoconfigure.ApplicationName;
import io.statefun.autoconfigure.StateFunConfigurationException;
import io.statefun.engine.StateFunEngine;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
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
import org.springframework.http.HttpMethod;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
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
  @ConditionalOnClass(DispatcherServlet.class)
  @Conditional(OnExposedFunctions.class)
  @EnableConfigurationProperties(ApiProperties.class)
  static class FunctionConfiguration {

    /** Before the mappings of controllers, so that none with a wide pattern takes the paths. */
    private static final int ORDER = -1;

    @Bean
    HandlerMapping statefunApiMapping(
        StateFunEngine engine, ApiProperties properties, JsonValues json, ApplicationName name) {
      FunctionApi api = api(engine, properties, json, name);
      String instance = properties.path() + "/functions/{namespace}/{function}/{id}";
      Map<String, ApiHandler> handlers = new LinkedHashMap<>();
      handlers.put(instance + "/call", handler(HttpMethod.POST, properties, api, api::call));
      handlers.put(instance + "/send", handler(HttpMethod.POST, properties, api, api::send));
      handlers.put(
          instance + "/calls/{key}", handler(HttpMethod.GET, properties, api, api::attach));
      handlers.put(instance, handler(HttpMethod.GET, properties, api, api::read));
      if (properties.describe()) {
        handlers.put(
            properties.path() + "/openapi.json",
            handler(HttpMethod.GET, properties, api, api::describe));
      }
      return new SimpleUrlHandlerMapping(handlers, ORDER);
    }

    private static ApiHandler handler(
        HttpMethod method,
        ApiProperties properties,
        FunctionApi api,
        Function<ApiRequest, ApiAnswer<?>> action) {
      return new ApiHandler(method, properties, action, api::failed);
    }

    private static FunctionApi api(
        StateFunEngine engine, ApiProperties properties, JsonValues json, ApplicationName name) {
      try {
        return new FunctionApi(engine, properties, json, name.value());
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
