/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.savepoint;

import io.statefun.autoconfigure.StateFunEngineCustomizer;
import io.statefun.engine.Bootstrap;
import io.statefun.engine.StateFunEngine;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.SnapshotStore;
import java.time.Clock;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.support.CronExpression;

/** Savepoints: their schedule, their endpoint, and their command. */
@AutoConfiguration(
    afterName = {
      "io.statefun.autoconfigure.StateFunAutoConfiguration",
      "io.statefun.autoconfigure.redis.RedisSnapshotStoreAutoConfiguration",
      "io.statefun.autoconfigure.s3.S3SnapshotStoreAutoConfiguration"
    })
@ConditionalOnBean({StateFunEngine.class, SnapshotStore.class})
@EnableConfigurationProperties(SavepointProperties.class)
class SavepointAutoConfiguration {

  @Bean
  StateFunEngineCustomizer statefunSavepointPatience(SavepointProperties properties) {
    return builder -> builder.savepointPatience(properties.timeout());
  }

  @Bean
  @ConditionalOnProperty("statefun.savepoint.schedule")
  SavepointSchedule statefunSavepointSchedule(
      StateFunEngine engine, SnapshotStore store, SavepointProperties properties) {
    return new SavepointSchedule(
        engine,
        new SavepointStore(store),
        CronExpression.parse(Objects.requireNonNull(properties.schedule())),
        properties.retain(),
        Clock.systemDefaultZone());
  }

  @Bean
  @ConditionalOnProperty(SavepointCommandEnvironment.PROPERTY)
  SavepointCommandRunner statefunSavepointCommand(
      SnapshotStore store,
      ObjectProvider<StateFunEngine> engine,
      ObjectProvider<Bootstrap> bootstrap,
      ApplicationArguments arguments) {
    return new SavepointCommandRunner(
        new SavepointCommand(store, engine::getObject, bootstrap::getIfUnique, System.out),
        arguments,
        SavepointAutoConfiguration::exit);
  }

  /**
   * Ends at once, since what else the application has is not started, and all that the command did
   * is durable.
   */
  private static void exit(int code) {
    System.out.flush();
    Runtime.getRuntime().halt(code);
  }

  /** Not without the actuator. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
  static class EndpointConfiguration {

    @Bean
    @ConditionalOnAvailableEndpoint(endpoint = SavepointEndpoint.class)
    SavepointEndpoint statefunSavepointEndpoint(
        StateFunEngine engine, SnapshotStore store, SavepointProperties properties) {
      return new SavepointEndpoint(engine, new SavepointStore(store), properties.timeout());
    }
  }
}
