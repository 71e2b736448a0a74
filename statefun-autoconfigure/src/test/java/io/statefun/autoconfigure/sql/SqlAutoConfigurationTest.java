/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.engine.StateFunEngine;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class SqlAutoConfigurationTest {

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withBean(
              StateFunEngine.class,
              () ->
                  StateFunEngine.builder("test")
                      .snapshotStore(new io.statefun.snapshot.InMemorySnapshotStore())
                      .stateBackend(name -> new io.statefun.state.HeapBackend())
                      .build())
          .withConfiguration(AutoConfigurations.of(SqlAutoConfiguration.class));

  @Test
  void thereIsNoSqlUnlessItIsSwitchedOn() {
    application.run(context -> assertThat(context).doesNotHaveBean(StateSql.class));
  }

  @Test
  void thereIsSqlIfItIsSwitchedOn() {
    application
        .withPropertyValues("statefun.sql.enabled=true", "statefun.sql.max-rows=5")
        .run(context -> assertThat(context).hasSingleBean(StateSql.class));
  }

  @Test
  void theMissingDependencyIsNamed() {
    application
        .withPropertyValues("statefun.sql.enabled=true")
        .withClassLoader(new FilteredClassLoader("org.apache.calcite"))
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("Add the dependency org.apache.calcite:calcite-core"));
  }

  @Test
  void withoutCalciteNothingIsMissedIfItIsOff() {
    application
        .withClassLoader(new FilteredClassLoader("org.apache.calcite"))
        .run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void boundsThatMakeNoSenseAreRefused() {
    application
        .withPropertyValues("statefun.sql.enabled=true", "statefun.sql.max-rows=0")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("statefun.sql.max-rows must be"));
  }
}
