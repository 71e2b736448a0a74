/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.autoconfigure.ApplicationName;
import io.statefun.autoconfigure.StateFunEngineCustomizer;
import io.statefun.autoconfigure.api.JsonValues;
import io.statefun.autoconfigure.trace.RecentInvocations;
import io.statefun.engine.StateFunEngine;
import io.statefun.remote.RemoteEndpoints;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.SnapshotStore;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** Serves the console, if the application is told to and has Spring MVC. */
@AutoConfiguration(
    afterName = {
      "io.statefun.autoconfigure.StateFunAutoConfiguration",
      "io.statefun.autoconfigure.api.ApiAutoConfiguration",
      "io.statefun.autoconfigure.remote.RemoteFunctionsAutoConfiguration"
    })
@ConditionalOnBooleanProperty("statefun.console.enabled")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(RouterFunctions.class)
@ConditionalOnBean({StateFunEngine.class, JsonValues.class})
@EnableConfigurationProperties(ConsoleProperties.class)
class ConsoleAutoConfiguration {

  private static final Logger log = LoggerFactory.getLogger(ConsoleAutoConfiguration.class);

  @Bean
  CommitTimes statefunConsoleCommits() {
    return new CommitTimes(InstantSource.system());
  }

  @Bean
  CallTally statefunConsoleCalls() {
    return new CallTally();
  }

  /** First, so that the application's own customizers have the last word. */
  @Bean
  @Order(Ordered.HIGHEST_PRECEDENCE)
  StateFunEngineCustomizer statefunConsoleDurations() {
    return builder -> builder.measureInvocations(true);
  }

  @Bean
  History statefunConsoleHistory(StateFunEngine engine, CommitTimes commits) {
    return new History(engine, commits);
  }

  @Bean
  RouterFunction<ServerResponse> statefunConsole(
      StateFunEngine engine,
      ConsoleProperties properties,
      ObjectProvider<ApplicationName> name,
      JsonValues json,
      History history,
      CommitTimes commits,
      CallTally calls,
      ObjectProvider<RemoteEndpoints> endpoints,
      ObjectProvider<SnapshotStore> store,
      ObjectProvider<RecentInvocations> invocations) {
    LetterData letters = new LetterData(engine, json);
    ApplicationName known = name.getIfUnique();
    ConsoleData data =
        new ConsoleData(
            known == null ? "StateFun" : known.value(),
            properties.writable(),
            engine,
            history,
            commits,
            calls,
            endpoints.getIfUnique(),
            savepoints(store.getIfUnique()));
    log.info(
        "The console is at {}{}",
        properties.path(),
        properties.writable() ? ", and may change dead letters and take savepoints" : "");
    return new Console(
            engine, properties, data, letters, new InstanceData(engine, json, letters, invocations))
        .routes();
  }

  private static @Nullable SavepointStore savepoints(@Nullable SnapshotStore store) {
    return store == null ? null : new SavepointStore(store);
  }
}
