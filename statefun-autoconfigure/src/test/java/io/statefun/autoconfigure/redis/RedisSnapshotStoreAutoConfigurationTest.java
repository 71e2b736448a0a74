/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.snapshot.SnapshotStoreException;
import io.statefun.snapshot.TieredSnapshotStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

class RedisSnapshotStoreAutoConfigurationTest {

  @TempDir static Path folder;
  private static RedisProcess redis;

  @TempDir Path local;

  @BeforeAll
  static void startRedis() throws Exception {
    redis = RedisProcess.start(folder);
  }

  @AfterAll
  static void stopRedis() throws Exception {
    redis.close();
  }

  /** All that the module registers, in the order that it asks for. */
  private ApplicationContextRunner withoutRedis() {
    return new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(registered()))
        .withPropertyValues(
            "spring.application.name=test",
            "statefun.partitions=4",
            "statefun.workers=2",
            "statefun.data-directory=" + local,
            "statefun.snapshot.store=redis");
  }

  private static Class<?>[] registered() {
    return ImportCandidates.load(AutoConfiguration.class, null).getCandidates().stream()
        .filter(name -> name.startsWith("io.statefun."))
        .map(name -> ClassUtils.resolveClassName(name, null))
        .toArray(Class<?>[]::new);
  }

  private ApplicationContextRunner runner() {
    return withoutRedis()
        .withConfiguration(
            AutoConfigurations.of(DataRedisAutoConfiguration.class, JacksonAutoConfiguration.class))
        .withPropertyValues("spring.data.redis.port=" + redis.port());
  }

  @Test
  void storesSnapshotsInTheApplicationsRedis() {
    for (int start = 0; start < 2; start++) {
      runner()
          .run(
              context -> {
                assertThat(context)
                    .hasNotFailed()
                    .getBean(SnapshotStore.class)
                    .isInstanceOf(RedisSnapshotStore.class);
                context.getBean(StateFunTemplate.class).send("test/none", "a", "x").join();
                assertThat(context.getBean(SnapshotStore.class).list("")).contains("application");
              });
    }
  }

  @Test
  void leavesBaseSnapshotsToAnotherStore(@TempDir Path bases) {
    runner()
        .withPropertyValues(
            "statefun.snapshot.bases=file", "statefun.snapshot.file.directory=" + bases)
        .run(
            context -> {
              assertThat(context)
                  .hasNotFailed()
                  .getBean(SnapshotStore.class)
                  .isInstanceOf(TieredSnapshotStore.class);
              context.getBean(StateFunTemplate.class).send("test/none", "a", "x").join();
              assertThat(context.getBean(RedisSnapshotStore.class).list(""))
                  .contains("application");
              assertThat(context.getBean(FileSnapshotStore.class).list("")).isEmpty();
            });
  }

  @Test
  void refusesTheSameStoreForBaseSnapshots() {
    runner()
        .withPropertyValues("statefun.snapshot.bases=redis")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("must be another one than statefun.snapshot.store"));
  }

  @Test
  void leavesTheStoreToTheApplication() {
    runner()
        .withBean(SnapshotStore.class, InMemorySnapshotStore::new)
        .run(
            context ->
                assertThat(context).hasNotFailed().doesNotHaveBean(RedisSnapshotStore.class));
  }

  @Test
  void doesNothingUnlessItIsChosen() {
    runner()
        .withPropertyValues(
            "statefun.snapshot.store=file",
            "statefun.snapshot.file.directory=" + local.resolve("snapshots"))
        .run(
            context ->
                assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(RedisSnapshotStore.class)
                    .doesNotHaveBean("statefunRedisHealthIndicator"));
    runner()
        .withPropertyValues("statefun.enabled=false")
        .run(
            context ->
                assertThat(context).hasNotFailed().doesNotHaveBean(RedisSnapshotStore.class));
  }

  @Test
  void explainsThatTheLibraryLacks() {
    withoutRedis()
        .withClassLoader(
            new FilteredClassLoader(
                "org.springframework.data.redis",
                "org.springframework.boot.data.redis",
                "io.lettuce"))
        .run(
            context ->
                assertExplained(
                    context.getStartupFailure(), "not on the class path", "starter-data-redis"));
  }

  @Test
  void explainsThatAConnectionFactoryLacks() {
    withoutRedis()
        .run(
            context ->
                assertExplained(
                    context.getStartupFailure(), "RedisConnectionFactory", "spring.data.redis"));
  }

  @Test
  void explainsThatRedisIsNotThere() {
    runner()
        .withPropertyValues("spring.data.redis.port=1")
        .run(
            context ->
                assertExplained(
                    context.getStartupFailure(), "could not be opened", "spring.data.redis"));
  }

  private static void assertExplained(
      @Nullable Throwable failure, String description, String action) {
    Throwable cause = Objects.requireNonNull(failure);
    while (!(cause instanceof SnapshotStoreException)) {
      cause = Objects.requireNonNull(cause.getCause(), "nobody explains it");
    }
    // What SnapshotStoreFailureAnalyzer passes on.
    assertThat(((SnapshotStoreException) cause).description()).contains(description);
    assertThat(((SnapshotStoreException) cause).action()).contains(action);
  }

  @Test
  void rejectsInvalidProperties() {
    for (String property :
        List.of(
            "key-prefix={a}",
            "chunk-size=1KB",
            "chunk-size=1GB",
            "attempt-timeout=0s",
            "replicas=-1",
            "replica-timeout=0s")) {
      runner()
          .withPropertyValues("statefun.snapshot.redis." + property)
          .run(context -> assertThat(context).as(property).hasFailed());
    }
  }

  @Test
  void healthIsUpAndWarnsOfWhatWouldBeLost() {
    runner()
        .withPropertyValues("statefun.snapshot.redis.key-prefix=health")
        .run(
            context -> {
              Health health = health(context.getBean("statefunRedisHealthIndicator"));
              assertThat(health.getStatus()).isEqualTo(Status.UP);
              assertThat(health.getDetails())
                  .containsEntry("appendonly", "no")
                  .containsEntry("appendfsync", "everysec")
                  .containsEntry("maxmemory-policy", "noeviction")
                  .containsEntry("replicas", 0);
              assertThat(health.getDetails().get("warnings"))
                  .asInstanceOf(InstanceOfAssertFactories.list(String.class))
                  .singleElement()
                  .asString()
                  .startsWith("appendonly is no");
            });
  }

  @Test
  void healthCanBeTurnedOff() {
    runner()
        .withPropertyValues("management.health.statefunredis.enabled=false")
        .run(
            context ->
                assertThat(context).hasNotFailed().doesNotHaveBean("statefunRedisHealthIndicator"));
  }

  @Test
  void healthHasNoWarningIfNothingCanBeLost() {
    assertThat(new RedisDurability("yes", "always", "noeviction", 2).warnings(2)).isEmpty();
  }

  @Test
  void healthWarnsOfEachDanger() {
    assertThat(new RedisDurability("yes", "everysec", "allkeys-lru", 1).warnings(2))
        .satisfiesExactly(
            warning -> assertThat(warning).contains("everysec"),
            warning -> assertThat(warning).contains("allkeys-lru"),
            warning -> assertThat(warning).contains("1 replicas"));
    assertThat(new RedisDurability("yes", "no", "noeviction", 0).warnings(0))
        .singleElement()
        .asString()
        .contains("appendfsync is no");
  }

  @Test
  void healthToleratesServersThatDoNotTell(@TempDir Path files) throws Exception {
    try (RedisProcess managed =
        RedisProcess.start(files, "--rename-command", "CONFIG", "", "--appendonly", "yes")) {
      LettuceConnectionFactory connections = managed.connect();
      Health health = health(new RedisSnapshotStoreHealthIndicator(new RedisCalls(connections), 0));
      connections.destroy();

      assertThat(health.getStatus()).isEqualTo(Status.UP);
      assertThat(health.getDetails())
          .isEqualTo(
              Map.of(
                  "appendonly", "yes",
                  "appendfsync", "unknown",
                  "maxmemory-policy", "noeviction",
                  "replicas", 0));
    }
  }

  @Test
  void healthIsDownIfRedisCannotBeReached(@TempDir Path files) throws Exception {
    RedisProcess server = RedisProcess.start(files);
    server.close();
    LettuceConnectionFactory connections = server.connect();

    assertThat(
            health(new RedisSnapshotStoreHealthIndicator(new RedisCalls(connections), 0))
                .getStatus())
        .isEqualTo(Status.DOWN);
    connections.destroy();
  }

  private static Health health(Object indicator) {
    return Objects.requireNonNull(((HealthIndicator) indicator).health());
  }
}
