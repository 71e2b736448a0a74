/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.web;

import io.statefun.autoconfigure.StateFunConfigurationException;
import io.statefun.autoconfigure.StateFunProperties;
import io.statefun.remote.endpoint.HttpEndpoint;
import io.statefun.remote.endpoint.RequestReplyHandler;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/** Serves the functions over HTTP, if the application is told to. */
@AutoConfiguration(afterName = "io.statefun.autoconfigure.StateFunAutoConfiguration")
@ConditionalOnProperty(name = "statefun.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty("statefun.endpoint.enabled")
class FunctionEndpointAutoConfiguration {

  private static final Logger log =
      LoggerFactory.getLogger(FunctionEndpointAutoConfiguration.class);

  /** With Spring MVC. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  @ConditionalOnClass(DispatcherServlet.class)
  static class MvcConfiguration {

    /** Before the mappings of controllers, so that none with a wide pattern takes the path. */
    private static final int ORDER = -1;

    @Bean
    HandlerMapping statefunFunctionMapping(
        StateFunProperties properties, RequestReplyHandler handler) {
      String path = properties.endpoint().path();
      checkPath(path);
      log.debug("Functions are served at {}", path);
      return new SimpleUrlHandlerMapping(
          Map.of(
              path,
              new FunctionRequestHandler(
                  new HttpEndpoint(handler, properties.endpoint().signing().check()))),
          ORDER);
    }

    private static void checkPath(String path) {
      try {
        PathPatternParser.defaultInstance.parse(path);
      } catch (PatternParseException e) {
        throw new StateFunConfigurationException(
            "The property statefun.endpoint.path is '%s', which is no path: %s."
                .formatted(path, e.getMessage()),
            "Set a path, as /statefun, or a pattern of Spring MVC, as /statefun/{name}.",
            e);
      }
    }
  }

  /** Without it. */
  @Configuration(proxyBeanMethods = false)
  @Conditional(NoSpringMvc.class)
  static class MissingServerConfiguration {

    @Bean
    HttpEndpoint statefunFunctionMapping() {
      throw new StateFunConfigurationException(
          "The property statefun.endpoint.enabled is true, but the application is none with Spring"
              + " MVC, which serves functions.",
          "Add org.springframework.boot:spring-boot-starter-webmvc, and leave"
              + " spring.main.web-application-type alone; or remove the property.");
    }
  }

  /** Matches if functions cannot be served. */
  static final class NoSpringMvc extends NoneNestedConditions {

    NoSpringMvc() {
      super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(name = "org.springframework.web.servlet.DispatcherServlet")
    static final class SpringMvc {}
  }
}
