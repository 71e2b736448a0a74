/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.statefun.autoconfigure.app.Messages.Add;
import io.statefun.autoconfigure.app.Messages.Fail;
import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.snapshot.InMemorySnapshotStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ActuatorTest {

  private final ApplicationContextRunner runner = withActuator(ContextRunners.application());

  private static ApplicationContextRunner withActuator(ApplicationContextRunner runner) {
    return runner
        .withConfiguration(
            AutoConfigurations.of(
                MetricsAutoConfiguration.class,
                SimpleMetricsExportAutoConfiguration.class,
                CompositeMeterRegistryAutoConfiguration.class,
                StateFunHealthAutoConfiguration.class,
                StateFunEndpointAutoConfiguration.class,
                StateFunMetricsAutoConfiguration.class))
        .withPropertyValues("management.endpoints.web.exposure.include=statefun");
  }

  @Test
  void isUpWhileTheEngineRuns() {
    runner.run(
        context -> {
          Health health = health(context.getBean(HealthIndicator.class));
          assertThat(health.getStatus()).isEqualTo(Status.UP);
          assertThat(health.getDetails())
              .containsEntry("engine", "running")
              .containsKey("committedEpoch");
          context.getBean(StateFunLifecycle.class).stop();
          assertThat(health(context.getBean(HealthIndicator.class)).getStatus())
              .isEqualTo(Status.OUT_OF_SERVICE);
        });
  }

  @Test
  void isDownIfAFunctionHasStopped() {
    runner
        .withPropertyValues("statefun.failure.max-attempts=1", "statefun.failure.then=stop")
        .run(
            context -> {
              context.getBean(StateFunTemplate.class).send("test/counter", "a", new Fail()).join();
              HealthIndicator indicator = context.getBean(HealthIndicator.class);
              await().until(() -> health(indicator).getStatus().equals(Status.DOWN));
              assertThat(health(indicator).getDetails())
                  .containsEntry("stoppedFunctions", List.of("test/counter"));
            });
  }

  @Test
  void isDownIfCommitsOrDeliveriesFailAgainAndAgain() {
    assertThat(describe(4, Map.of()).getStatus()).isEqualTo(Status.UP);
    assertThat(describe(5, Map.of()).getStatus()).isEqualTo(Status.DOWN);
    assertThat(describe(5, Map.of()).getDetails())
        .containsEntry("commitFailures", 5)
        .containsEntry("commitFailure", "the store is away");
    assertThat(describe(0, Map.of(TypeName.parse("a/b"), 4)).getStatus()).isEqualTo(Status.UP);
    assertThat(describe(0, Map.of(TypeName.parse("a/b"), 5)))
        .satisfies(
            health -> {
              assertThat(health.getStatus()).isEqualTo(Status.DOWN);
              assertThat(health.getDetails()).containsEntry("failingEgresses", Map.of("a/b", 5));
            });
  }

  @Test
  void isDownIfAnIngressCannotBeReadAgainAndAgain() {
    TypeName orders = TypeName.parse("a/orders");
    assertThat(describe(0, Map.of(), Map.of(orders, 4)).getStatus()).isEqualTo(Status.UP);
    Health down = describe(0, Map.of(), Map.of(orders, 5));
    assertThat(down.getStatus()).isEqualTo(Status.DOWN);
    assertThat(down.getDetails()).containsEntry("failingIngresses", Map.of("a/orders", 5));
  }

  @Test
  void isUpWhileItStandsByAndDownIfItIsToTakeOverAndCannot() {
    assertThat(describeStandby(null).getStatus()).isEqualTo(Status.UP);
    Health down = describeStandby(new IOException("the store is away"));
    assertThat(down.getStatus()).isEqualTo(Status.DOWN);
    assertThat(down.getDetails())
        .containsEntry("failure", "java.io.IOException: the store is away");
  }

  @Test
  void isOutOfServiceUntilItsFirstPartitionsHaveCome() {
    Health warmingUp = describeStandby(null, 4);

    assertThat(warmingUp.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
    assertThat(warmingUp.getDetails().get("standby"))
        .isEqualTo(
            Map.of(
                "copies", 3, "copiesBegun", 2, "epochsBehind", 5L, "failures", 1, "warmingUp", 4));
    assertThat(describeStandby(new IOException("the store is away"), 4).getStatus())
        .isEqualTo(Status.DOWN);
  }

  @Test
  void isDownAndBrokenIfAnotherProcessTakesOver() {
    InMemorySnapshotStore store = new InMemorySnapshotStore();
    assertThatEngineFails(store, LivenessState.BROKEN);
  }

  @Test
  void leavesTheLivenessAloneIfToldSo() {
    InMemorySnapshotStore store = new InMemorySnapshotStore();
    assertThatEngineFails(store, null, "statefun.on-failure=none");
  }

  private static void assertThatEngineFails(
      InMemorySnapshotStore store, @Nullable LivenessState liveness, String... properties) {
    withActuator(ContextRunners.on(store))
        .withPropertyValues(properties)
        .withBean(Liveness.class)
        .run(
            context -> {
              ContextRunners.on(store).run(other -> assertThat(other).hasNotFailed());
              // The next commit finds that the other one was first.
              context.getBean(StateFunTemplate.class).send("test/none", "a", "x");
              HealthIndicator indicator = context.getBean(HealthIndicator.class);
              await().until(() -> health(indicator).getStatus().equals(Status.DOWN));
              assertThat(health(indicator).getDetails())
                  .containsEntry("engine", "failed")
                  .hasEntrySatisfying(
                      "failure",
                      failure -> assertThat(failure).asString().contains("Another process"));
              Liveness heard = context.getBean(Liveness.class);
              if (liveness != null) {
                await().until(() -> heard.state == liveness);
              } else {
                assertThat(heard.state).isNull();
              }
            });
  }

  @Test
  void canBeTurnedOff() {
    runner
        .withPropertyValues(
            "management.health.statefun.enabled=false", "management.endpoint.statefun.access=NONE")
        .run(
            context ->
                assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(HealthIndicator.class)
                    .doesNotHaveBean(StateFunEndpoint.class));
    runner
        .withPropertyValues("statefun.enabled=false")
        .run(
            context ->
                assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(HealthIndicator.class)
                    .doesNotHaveBean(StateFunEndpoint.class)
                    .doesNotHaveBean(CommitMetrics.class));
  }

  @Test
  void needsNeitherActuatorNorMicrometer() {
    ContextRunners.application()
        .withUserConfiguration(Imports.class)
        .withClassLoader(
            new FilteredClassLoader(
                "org.springframework.boot.actuate",
                "org.springframework.boot.health",
                "org.springframework.boot.micrometer",
                "io.micrometer"))
        .run(
            context ->
                assertThat(context)
                    .hasNotFailed()
                    .hasSingleBean(StateFunEngine.class)
                    .doesNotHaveBean("statefunHealthIndicator")
                    .doesNotHaveBean("statefunEndpoint")
                    .doesNotHaveBean("statefunCommitMetrics"));
  }

  @Test
  void describesTheApplication() {
    runner.run(
        context -> {
          JsonNode json =
              new JsonMapper().valueToTree(context.getBean(StateFunEndpoint.class).statefun());
          assertThat(json.at("/application").asString()).isEqualTo("test");
          assertThat(json.at("/partitions").asInt()).isEqualTo(4);
          assertThat(json.at("/status/state").asString()).isEqualTo("RUNNING");
          JsonNode function = json.at("/functions/0");
          assertThat(function.at("/type").asString()).isEqualTo("test/counter");
          assertThat(function.at("/bean").asString()).isEqualTo("counter");
          assertThat(function.at("/stopped").asBoolean()).isFalse();
          assertThat(function.at("/handlers").toString()).contains("on(Add, ValueState, Context)");
          assertThat(function.at("/states/0/name").asString()).isEqualTo("sum");
          assertThat(function.at("/states/0/type").asString()).isEqualTo("io.statefun.types/long");
          assertThat(json.at("/egresses").get("test/out").asString()).contains("Received.on");
        });
  }

  @Test
  void measuresTheEngine() {
    runner.run(
        context -> {
          StateFunTemplate template = context.getBean(StateFunTemplate.class);
          for (int i = 0; i < 10; i++) {
            template.send("test/counter", "a", new Add(1)).join();
          }
          MeterRegistry registry = context.getBean(MeterRegistry.class);
          assertThat(registry).isInstanceOf(SimpleMeterRegistry.class);
          await()
              .untilAsserted(
                  () ->
                      assertThat(
                              registry
                                  .get("statefun.invocations")
                                  .tags("function", "test/counter", "outcome", "success")
                                  .functionCounter()
                                  .count())
                          .isEqualTo(10));
          assertThat(
                  registry
                      .get("statefun.invocations")
                      .tags("function", "test/counter", "outcome", "failure")
                      .functionCounter()
                      .count())
              .isZero();
          assertThat(registry.get("statefun.commit").timer().count()).isPositive();
          assertThat(registry.get("statefun.epoch.size").summary().totalAmount()).isPositive();
          assertThat(registry.get("statefun.epoch.committed").gauge().value()).isPositive();
          assertThat(registry.get("statefun.state.unreadable").functionCounter().count()).isZero();
          assertThat(registry.get("statefun.unapplied.size").gauge().value()).isNotNegative();
          await().until(() -> registry.get("statefun.egress.unacknowledged").gauge().value() == 0);
        });
  }

  @Test
  void countsAndTimesTheMessagesOfEachFunction() {
    runner
        .withPropertyValues(
            "statefun.failure.max-attempts=2", "statefun.failure.initial-backoff=1ms")
        .run(
            context -> {
              StateFunTemplate template = context.getBean(StateFunTemplate.class);
              template.send("test/counter", "a", new Add(1)).join();
              template.send("test/counter", "b", new Fail()).join();
              template.send("test/none", "c", new Add(1)).join();
              MeterRegistry registry = context.getBean(MeterRegistry.class);

              await()
                  .untilAsserted(
                      () -> {
                        assertThat(count(registry, "statefun.deadletters", "test/counter"))
                            .isEqualTo(1);
                        assertThat(count(registry, "statefun.deadletters", "unknown")).isEqualTo(1);
                      });
              assertThat(count(registry, "statefun.retries", "test/counter")).isEqualTo(1);
              assertThat(
                      registry
                          .get("statefun.invocations")
                          .tags("function", "test/counter", "outcome", "failure")
                          .functionCounter()
                          .count())
                  .isEqualTo(2);
              FunctionTimer timer =
                  registry
                      .get("statefun.invocation.duration")
                      .tag("function", "test/counter")
                      .functionTimer();
              assertThat(timer.count()).isEqualTo(3);
              assertThat(timer.totalTime(TimeUnit.NANOSECONDS)).isPositive();
              assertThat(bucket(registry, "+Inf")).isEqualTo(3);
              assertThat(bucket(registry, "0.00001")).isLessThanOrEqualTo(3);
            });
  }

  private static double count(MeterRegistry registry, String meter, String function) {
    return registry.get(meter).tag("function", function).functionCounter().count();
  }

  private static double bucket(MeterRegistry registry, String le) {
    return registry
        .get("statefun.invocation.duration.histogram")
        .tags("function", "test/counter", "le", le)
        .functionCounter()
        .count();
  }

  @Test
  void measuresTheStoreAndThePhasesOfCommits() {
    runner.run(
        context -> {
          context.getBean(StateFunTemplate.class).send("test/counter", "a", new Add(1)).join();
          MeterRegistry registry = context.getBean(MeterRegistry.class);
          assertThat(
                  registry
                      .get("statefun.store.operations")
                      .tags("operation", "create", "outcome", "success")
                      .timer()
                      .count())
              .isPositive();
          assertThat(
                  registry.get("statefun.store.bytes").tag("operation", "create").counter().count())
              .isPositive();
          for (String phase : List.of("cut", "store")) {
            await()
                .until(
                    () ->
                        registry
                                .get("statefun.commit.phase")
                                .tag("phase", phase)
                                .timer()
                                .totalTime(TimeUnit.NANOSECONDS)
                            > 0);
          }
          assertThat(registry.get("statefun.epoch.entries").summary().totalAmount()).isPositive();
          assertThat(registry.get("statefun.engine.state").tag("state", "running").gauge().value())
              .isEqualTo(1);
          assertThat(registry.get("statefun.workers").gauge().value()).isEqualTo(2);
        });
  }

  @Test
  void meansNothingToTheEngineWithoutARegistry() {
    ContextRunners.application()
        .withConfiguration(AutoConfigurations.of(StateFunMetricsAutoConfiguration.class))
        .run(
            context -> {
              assertThat(context)
                  .hasNotFailed()
                  .doesNotHaveBean(CommitMetrics.class)
                  .doesNotHaveBean("statefunMeasuredEngine");
              context.getBean(StateFunTemplate.class).send("test/counter", "a", new Add(1)).join();
              assertThat(context.getBean(StateFunEngine.class).functions())
                  .allSatisfy(function -> assertThat(function.measured()).isZero());
            });
  }

  @Test
  void measuresSavepoints() {
    runner.run(
        context -> {
          MeterRegistry registry = context.getBean(MeterRegistry.class);
          assertThat(registry.get("statefun.savepoint.age").timeGauge().value()).isNaN();
          assertThat(registry.get("statefun.savepoint.duration").timeGauge().value()).isNaN();
          assertThat(registry.get("statefun.savepoint.size").gauge().value()).isNaN();

          context.getBean(StateFunEngine.class).savepoint(Duration.ofSeconds(20)).get();

          await()
              .until(
                  () ->
                      registry.get("statefun.savepoint.completed").functionCounter().count() == 1);
          assertThat(registry.get("statefun.savepoint.failed").functionCounter().count()).isZero();
          assertThat(registry.get("statefun.savepoint.age").timeGauge().value(TimeUnit.SECONDS))
              .isBetween(0.0, 60.0);
          assertThat(registry.get("statefun.savepoint.duration").timeGauge().value())
              .isNotNegative();
          assertThat(registry.get("statefun.savepoint.size").gauge().value()).isPositive();
        });
  }

  @Test
  void staysUpAndTellsOfStateThatCannotBeRead() {
    Instant first = Instant.parse("2026-01-01T00:00:00Z");
    EngineStatus.UnreadableState unreadable =
        new EngineStatus.UnreadableState(
            Map.of(TypeName.parse("a/b"), 2L, TypeName.parse("a/c"), 1L),
            first,
            first.plusSeconds(1),
            Address.of("a/c", "d"),
            "3 bytes are not a value");

    Health health = describe(0, Map.of(), Map.of(), unreadable, EngineStatus.Savepoints.NONE);

    assertThat(health.getStatus()).isEqualTo(Status.UP);
    assertThat(health.getDetails())
        .containsEntry(
            "unreadableState",
            Map.of(
                "count",
                3L,
                "functions",
                Map.of("a/b", 2L, "a/c", 1L),
                "since",
                first,
                "latest",
                first.plusSeconds(1),
                "latestAddress",
                "a/c/d",
                "latestCause",
                "3 bytes are not a value"));
    assertThat(describe(0, Map.of()).getDetails()).doesNotContainKey("unreadableState");
  }

  @Test
  void aSavepointThatFailedIsADetailAndTakesNothingDown() {
    Instant created = Instant.parse("2026-01-02T03:00:07Z");
    EngineStatus.CompleteSavepoint newest =
        new EngineStatus.CompleteSavepoint(7, created, Duration.ofSeconds(7), 1_000);
    EngineStatus.FailedSavepoint failure =
        new EngineStatus.FailedSavepoint(8, created.plusSeconds(60), "no parts came");

    Health health =
        describe(0, Map.of(), Map.of(), null, new EngineStatus.Savepoints(newest, failure, 7, 1));

    assertThat(health.getStatus()).isEqualTo(Status.UP);
    assertThat(health.getDetails())
        .containsEntry(
            "savepoint",
            Map.of(
                "newest",
                7L,
                "created",
                created,
                "failed",
                8L,
                "failedAt",
                created.plusSeconds(60),
                "failure",
                "no parts came"));
    assertThat(describe(0, Map.of()).getDetails()).doesNotContainKey("savepoint");
  }

  private static Health describeStandby(@Nullable Throwable failure) {
    return describeStandby(failure, 0);
  }

  private static Health describeStandby(@Nullable Throwable failure, int warmingUp) {
    Health.Builder builder = new Health.Builder();
    StateFunHealthIndicator.describe(
        new EngineStatus(
            EngineStatus.State.STANDBY,
            failure,
            0,
            0,
            0,
            null,
            Duration.ZERO,
            0,
            0,
            0,
            0,
            0,
            List.of(),
            Map.of(),
            Map.of(),
            null,
            new EngineStatus.Standby(3, 2, 5, 1, warmingUp),
            EngineStatus.Savepoints.NONE),
        builder);
    return builder.build();
  }

  private static Health describe(int commitFailures, Map<TypeName, Integer> failingEgresses) {
    return describe(commitFailures, failingEgresses, Map.of());
  }

  private static Health describe(
      int commitFailures,
      Map<TypeName, Integer> failingEgresses,
      Map<TypeName, Integer> failingIngresses) {
    return describe(
        commitFailures, failingEgresses, failingIngresses, null, EngineStatus.Savepoints.NONE);
  }

  private static Health describe(
      int commitFailures,
      Map<TypeName, Integer> failingEgresses,
      Map<TypeName, Integer> failingIngresses,
      EngineStatus.@Nullable UnreadableState unreadable,
      EngineStatus.Savepoints savepoints) {
    Health.Builder builder = new Health.Builder();
    StateFunHealthIndicator.describe(
        new EngineStatus(
            EngineStatus.State.RUNNING,
            null,
            4,
            17,
            commitFailures,
            commitFailures == 0 ? null : "the store is away",
            Duration.ZERO,
            0,
            0,
            0,
            0,
            0,
            List.of(),
            failingEgresses,
            failingIngresses,
            unreadable,
            EngineStatus.Standby.NONE,
            savepoints),
        builder);
    return builder.build();
  }

  private static Health health(HealthIndicator indicator) {
    return Objects.requireNonNull(indicator.health());
  }

  /**
   * Has the configurations read from their class files, which may name classes that are not there.
   */
  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration({
    StateFunHealthAutoConfiguration.class,
    StateFunEndpointAutoConfiguration.class,
    StateFunMetricsAutoConfiguration.class
  })
  static class Imports {}

  /** Hears of the application's liveness. */
  static class Liveness {

    volatile @Nullable LivenessState state;

    @EventListener
    void on(AvailabilityChangeEvent<LivenessState> event) {
      state = event.getState();
    }
  }
}
