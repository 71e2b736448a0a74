/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import io.statefun.autoconfigure.StateFunConfigurationException;
import io.statefun.engine.StateFunEngine;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** SQL over the states of functions, if it is switched on. */
@AutoConfiguration(
    afterName = {
      "io.statefun.autoconfigure.StateFunAutoConfiguration",
      "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration"
    },
    beforeName = "io.statefun.autoconfigure.api.ApiAutoConfiguration")
@ConditionalOnBean(StateFunEngine.class)
@ConditionalOnBooleanProperty("statefun.sql.enabled")
class SqlAutoConfiguration {

  private static final String CALCITE = "org.apache.calcite.adapter.enumerable.EnumerableRel";
  private static final String JACKSON = "tools.jackson.databind.json.JsonMapper";

  /** With what it needs. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = {CALCITE, JACKSON})
  @EnableConfigurationProperties(SqlProperties.class)
  static class EngineConfiguration {

    @Bean
    @ConditionalOnMissingBean
    StateSql statefunSql(
        StateFunEngine engine, ObjectProvider<JsonMapper> mapper, SqlProperties properties) {
      return new StateSql(
          engine,
          query -> engine.queries().trees(query),
          mapper.getIfUnique(() -> JsonMapper.builder().build()),
          properties);
    }
  }

  /** Without the library that understands SQL. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingClass(CALCITE)
  static class CalciteMissing {

    CalciteMissing() {
      throw missing("Apache Calcite", "org.apache.calcite:calcite-core");
    }
  }

  /** Without the library that reads states. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingClass(JACKSON)
  static class JacksonMissing {

    JacksonMissing() {
      throw missing("Jackson", "tools.jackson.core:jackson-databind");
    }
  }

  private static StateFunConfigurationException missing(String library, String dependency) {
    return new StateFunConfigurationException(
        "statefun.sql.enabled is true, but " + library + " is missing.",
        "Add the dependency " + dependency + ", or set statefun.sql.enabled to false.");
  }
}
