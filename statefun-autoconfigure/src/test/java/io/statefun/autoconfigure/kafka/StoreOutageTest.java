/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import io.statefun.services.KafkaBroker;
import io.statefun.services.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import redis.embedded.core.ExecutableProvider;

class StoreOutageTest {

  private static final Duration OUTAGE =
      Duration.ofSeconds(Long.getLong("statefun.outage.seconds", 20));
  private static final int RECORDS = 20_000;

  /** Of an epoch, which far fewer changes than there are records fill. */
  private static final String SMALL_EPOCHS = "statefun.memory.max-epoch-size=1MB";

  @TempDir Path directory;

  private KafkaBroker broker;
  private RedisServer redis;
  private Topics topics;

  @BeforeEach
  void startServices() throws Exception {
    broker = KafkaBroker.start(directory.resolve("kafka"));
    redis =
        RedisServer.startDurable(
            ExecutableProvider.newJarResourceProvider().get().toPath(), directory.resolve("redis"));
    topics = new Topics(broker.bootstrapServers());
    topics.create("outage-hits", 2);
    topics.create("outage-totals", 2);
  }

  @AfterEach
  void stopServices() {
    topics.close();
    broker.close();
    redis.close();
  }

  @Test
  void whileTheStoreIsAwayNothingIsReadThatDoesNotFitAndNothingIsLost() throws Exception {
    try (ConfigurableApplicationContext context = start()) {
      StateFunEngine engine = context.getBean(StateFunEngine.class);
      HealthIndicator indicator = context.getBean("statefunHealthIndicator", HealthIndicator.class);
      Supplier<Health> health = () -> Objects.requireNonNull(indicator.health());
      topics.send("outage-hits", "a", "{\"weight\":1}");
      await().until(() -> topics.read("outage-totals").size() == 1);

      redis.kill();
      long began = System.nanoTime();
      IntStream.range(1, RECORDS)
          .forEach(i -> topics.sendAsync("outage-hits", "k" + i % 500, "{\"weight\":1}"));
      await().atMost(OUTAGE).until(() -> health.get().getStatus().equals(Status.DOWN));
      assertThat(health.get().getDetails()).containsKey("commitFailure");
      // Neither would a restart help, nor another process, which has the same trouble.
      assertThat(status(context, "liveness")).isEqualTo(Status.UP);
      assertThat(status(context, "readiness")).isEqualTo(Status.UP);
      TimeUnit.NANOSECONDS.sleep(OUTAGE.toNanos() - (System.nanoTime() - began));
      EngineStatus status = engine.status();
      assertThat(status.invocations()).isLessThan(RECORDS / 2);
      assertThat(topics.read("outage-totals")).hasSize(1);

      redis.restart();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> topics.read("outage-totals").size() >= RECORDS);
      assertThat(health.get().getStatus()).isEqualTo(Status.UP);
      List<String> totals = topics.values("outage-totals");
      assertThat(totals).hasSize(RECORDS).doesNotHaveDuplicates();
    }
  }

  private static Status status(ConfigurableApplicationContext context, String group) {
    HealthEndpoint endpoint = context.getBean(HealthEndpoint.class);
    return Objects.requireNonNull(endpoint.healthForPath(group)).getStatus();
  }

  private ConfigurableApplicationContext start() {
    return new SpringApplicationBuilder(CounterApplication.class)
        .web(WebApplicationType.NONE)
        .properties(
            "spring.application.name=outage",
            "spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
            "spring.data.redis.port=" + redis.port(),
            "spring.data.redis.timeout=2s",
            "statefun.partitions=4",
            "statefun.data-directory=" + directory.resolve("local"),
            "statefun.snapshot.store=redis",
            SMALL_EPOCHS,
            "statefun.kafka.ingress[0].topics=outage-hits",
            "statefun.kafka.ingress[0].type=" + CounterApplication.Hit.class.getName(),
            "statefun.kafka.ingress[0].target=test/counter",
            "statefun.kafka.egress[0].name=test/totals",
            "statefun.kafka.egress[0].topic=outage-totals")
        .run();
  }
}
