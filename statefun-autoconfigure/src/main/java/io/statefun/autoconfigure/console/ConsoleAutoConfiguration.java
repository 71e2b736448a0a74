/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.autoconfigure.ApplicationName;
import io.statefun.autoconfigure.StateFunConfigurationException;
import io.statefun.autoconfigure.StateFunEngineCustomizer;
import io.statefun.autoconfigure.StateFunProperties;
import io.statefun.autoconfigure.api.JsonValues;
import io.statefun.autoconfigure.trace.RecentInvocations;
import io.statefun.engine.StateFunEngine;
import io.statefun.remote.RemoteEndpoints;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.SnapshotStore;
import java.time.InstantSource;
import java.util.stream.Stream;
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
import org.springframework.http.server.PathContainer;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

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
      StateFunProperties common,
      ObjectProvider<ApplicationName> name,
      JsonValues json,
      History history,
      CommitTimes commits,
      CallTally calls,
      ObjectProvider<RemoteEndpoints> endpoints,
      ObjectProvider<SnapshotStore> store,
      ObjectProvider<RecentInvocations> invocations) {
    checkApart(properties.path(), common.endpoint());
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

  /** What is asked of the console must not be taken for a call of functions that are served. */
  private static void checkApart(String path, StateFunProperties.Endpoint endpoint) {
    if (!endpoint.enabled()) {
      return;
    }
    PathPattern served = PathPatternParser.defaultInstance.parse(endpoint.path());
    Stream<String> console = Stream.of("", "/", "/assets/a", "/data/a", "/data/a/b");
    if (console.anyMatch(end -> served.matches(PathContainer.parsePath(path + end)))) {
      throw new StateFunConfigurationException(
          "The console is at '%s', and functions are served at '%s', which is not apart from it."
              .formatted(path, endpoint.path()),
          "Set statefun.console.path to another path, as /statefun-console, or"
              + " statefun.endpoint.path, which callers must know then.");
    }
  }

  private static @Nullable SavepointStore savepoints(@Nullable SnapshotStore store) {
    return store == null ? null : new SavepointStore(store);
  }
}
