/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.autoconfigure.app.Main;
import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.HeapBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.application.ReadinessStateHealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;

/** The health groups that a platform probes, as an application has them that configures none. */
class ProbesTest {

  private static final String LIVENESS = "liveness";
  private static final String READINESS = "readiness";

  @TempDir Path folder;

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private final List<ConfigurableApplicationContext> running = new ArrayList<>();

  @AfterEach
  void stopApplications() {
    running.forEach(ConfigurableApplicationContext::close);
  }

  @Test
  void anApplicationWhoseEngineRunsIsLiveAndReady() {
    ConfigurableApplicationContext context = start();

    assertThat(status(context, LIVENESS)).isEqualTo(Status.UP);
    assertThat(status(context, READINESS)).isEqualTo(Status.UP);
  }

  @Test
  void itIsNotReadyBeforeTheEngineHasStarted() {
    ConfigurableApplicationContext context = start();
    Observer observer = context.getBean(Observer.class);

    assertThat(observer.engine).isEqualTo(EngineStatus.State.NEW);
    assertThat(observer.readiness).isEqualTo(Status.OUT_OF_SERVICE);
  }

  @Test
  void itIsNotReadyAfterTheEngineWasStopped() {
    ConfigurableApplicationContext context = start();

    context.getBean(StateFunLifecycle.class).stop();

    assertThat(status(context, READINESS)).isEqualTo(Status.OUT_OF_SERVICE);
    assertThat(status(context, LIVENESS)).isEqualTo(Status.UP);
  }

  @Test
  void itIsNeitherLiveNorReadyWhenTheEngineHasFailed() {
    ConfigurableApplicationContext context = start();

    haveAnotherTakeOver(context);

    await().until(() -> status(context, LIVENESS).equals(Status.DOWN));
    assertThat(status(context, READINESS)).isEqualTo(Status.OUT_OF_SERVICE);
  }

  @Test
  void anEngineThatFailsWhileTheApplicationStartsIsNotTakenForLive() {
    ConfigurableApplicationContext context =
        start(
            (ApplicationListener<ApplicationStartedEvent>)
                event -> {
                  haveAnotherTakeOver(event.getApplicationContext());
                  await().until(() -> state(event.getApplicationContext()) == failed());
                });

    assertThat(status(context, LIVENESS)).isEqualTo(Status.DOWN);
    assertThat(status(context, READINESS)).isEqualTo(Status.OUT_OF_SERVICE);
  }

  @Test
  void aFailureLeavesTheLivenessAloneIfToldSo() {
    ConfigurableApplicationContext context = start("statefun.on-failure=none");

    haveAnotherTakeOver(context);

    await().until(() -> status(context, READINESS).equals(Status.OUT_OF_SERVICE));
    assertThat(status(context, LIVENESS)).isEqualTo(Status.UP);
  }

  @Test
  void whoStandsByIsReadyUnlessItIsToTakeOverAndCannotOrNotYet() {
    assertThat(StateFunProbesAutoConfiguration.isReady(standby(null, 0))).isTrue();
    assertThat(StateFunProbesAutoConfiguration.isReady(standby(new IOException("away"), 0)))
        .isFalse();
    assertThat(StateFunProbesAutoConfiguration.isReady(standby(null, 3))).isFalse();
  }

  @Test
  void theProbesAreNotThereIfTheApplicationWantsNone() {
    ConfigurableApplicationContext context =
        start("management.endpoint.health.probes.enabled=false");

    assertThat(context.getBeansOfType(ReadinessStateHealthIndicator.class)).isEmpty();
  }

  private static EngineStatus standby(@Nullable Throwable failure, int warmingUp) {
    return new EngineStatus(
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
        new EngineStatus.Standby(3, 3, 0, 0, warmingUp),
        EngineStatus.Savepoints.NONE);
  }

  private void haveAnotherTakeOver(ConfigurableApplicationContext context) {
    ContextRunners.on(store)
        .withPropertyValues("spring.application.name=probes")
        .run(other -> assertThat(other).hasNotFailed());
    // The next commit finds that the other one was first.
    var unused = context.getBean(StateFunTemplate.class).send("test/none", "a", "x");
  }

  private static EngineStatus.State failed() {
    return EngineStatus.State.FAILED;
  }

  private static EngineStatus.State state(ConfigurableApplicationContext context) {
    return context.getBean(StateFunEngine.class).status().state();
  }

  private static Status status(ConfigurableApplicationContext context, String group) {
    return Objects.requireNonNull(context.getBean(HealthEndpoint.class).healthForPath(group))
        .getStatus();
  }

  private ConfigurableApplicationContext start(String... properties) {
    return start(event -> {}, properties);
  }

  private ConfigurableApplicationContext start(
      ApplicationListener<ApplicationStartedEvent> listener, String... properties) {
    ApplicationContextInitializer<GenericApplicationContext> beans =
        context -> {
          context.registerBean(SnapshotStore.class, store::newHandle);
          context.registerBean(
              StateFunEngine.BackendFactory.class, () -> application -> new HeapBackend());
          context.registerBean(Observer.class, () -> new Observer(context));
        };
    SpringApplication application =
        new SpringApplicationBuilder(Main.class)
            .web(WebApplicationType.NONE)
            .listeners(new StartedListener(listener))
            .initializers(beans)
            .properties(
                "spring.application.name=probes",
                "statefun.partitions=4",
                "statefun.data-directory=" + folder)
            .properties(properties)
            .build();
    ConfigurableApplicationContext context = application.run();
    running.add(context);
    return context;
  }

  /** A listener whose type of events is known, as that of a lambda is not. */
  private record StartedListener(ApplicationListener<ApplicationStartedEvent> delegate)
      implements ApplicationListener<ApplicationStartedEvent> {

    @Override
    public void onApplicationEvent(ApplicationStartedEvent event) {
      delegate.onApplicationEvent(event);
    }
  }

  /** Looks at the groups at a moment when the engine has not started yet. */
  private static final class Observer implements SmartLifecycle {

    private final Supplier<HealthEndpoint> health;
    private final Supplier<StateFunEngine> statefun;
    private boolean running;
    @Nullable Status readiness;
    EngineStatus.@Nullable State engine;

    Observer(GenericApplicationContext context) {
      this.health = () -> context.getBean(HealthEndpoint.class);
      this.statefun = () -> context.getBean(StateFunEngine.class);
    }

    @Override
    public void start() {
      running = true;
      engine = statefun.get().status().state();
      HealthDescriptor group = health.get().healthForPath(READINESS);
      readiness = group == null ? null : group.getStatus();
    }

    @Override
    public void stop() {
      running = false;
    }

    @Override
    public boolean isRunning() {
      return running;
    }

    @Override
    public int getPhase() {
      return StateFunLifecycle.PHASE - 1;
    }
  }
}
