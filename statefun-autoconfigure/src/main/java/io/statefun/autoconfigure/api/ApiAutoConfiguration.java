/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.autoconfigure.ApplicationName;
import io.statefun.autoconfigure.StateFunConfigurationException;
import io.statefun.autoconfigure.sql.StateSql;
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
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerMapping;
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

    @Bean
    HandlerMapping statefunApiMapping(
        StateFunEngine engine, ApiProperties properties, JsonValues json, ApplicationName name) {
      FunctionApi api = api(engine, properties, json, name);
      StateQueryApi queries =
          new StateQueryApi(engine, properties, new FunctionNames(properties.read()), json);
      String function = properties.path() + "/functions/{namespace}/{function}";
      String instance = function + "/{id}";
      ApiRoutes routes =
          new ApiRoutes(properties)
              .post(instance + "/call", api::call, api::failed)
              .post(instance + "/send", api::send, api::failed)
              .get(instance + "/calls/{key}", api::attach, api::failed)
              .get(instance, api::read, api::failed)
              .get(function, queries::page, queries::failed);
      return properties.describe()
          ? routes.get(properties.path() + "/openapi.json", api::describe, api::failed).mapping()
          : routes.mapping();
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
  @ConditionalOnClass(DispatcherServlet.class)
  @ConditionalOnBooleanProperty("statefun.api.awakeables")
  @EnableConfigurationProperties(ApiProperties.class)
  static class AwakeableConfiguration {

    @Bean
    HandlerMapping statefunAwakeableMapping(
        StateFunEngine engine, ApiProperties properties, JsonValues json) {
      AwakeableApi api = new AwakeableApi(engine, json);
      return new ApiRoutes(properties)
          .post(properties.path() + "/awakeables/{token}", api::complete, api::failed)
          .mapping();
    }
  }

  /** With Spring MVC, if it is switched on. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  @ConditionalOnClass(DispatcherServlet.class)
  @ConditionalOnBooleanProperty("statefun.api.sql")
  @EnableConfigurationProperties(ApiProperties.class)
  static class SqlConfiguration {

    @Bean
    HandlerMapping statefunSqlMapping(
        ObjectProvider<StateSql> sql, ApiProperties properties, JsonValues json) {
      StateSql queried = sql.getIfAvailable();
      if (queried == null) {
        throw new StateFunConfigurationException(
            "statefun.api.sql is true, but there is no SQL, as statefun.sql.enabled is not.",
            "Set statefun.sql.enabled to true, or statefun.api.sql to false.");
      }
      SqlApi api = new SqlApi(queried, new FunctionNames(properties.read()), json);
      return new ApiRoutes(properties)
          .post(properties.path() + "/sql", api::query, api::failed)
          .mapping();
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
