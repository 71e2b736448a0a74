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
import io.statefun.upgrade.NextCounterApplication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Nodes of two versions share the work for a while, and nothing is lost or done twice. */
class RollingUpgradeTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String HITS = "hits";
  private static final String TOTALS = "totals";
  private static final List<String> COUNTERS =
      IntStream.range(0, 20).mapToObj(i -> "counter-" + i).toList();

  @TempDir Path directory;

  private KafkaBroker broker;
  private Topics topics;
  private final List<ConfigurableApplicationContext> running = new ArrayList<>();

  @BeforeEach
  void startBroker() {
    broker = KafkaBroker.start(directory.resolve("kafka"));
    topics = new Topics(broker.bootstrapServers());
    topics.create(HITS, 2);
    topics.create(TOTALS, 1);
  }

  @AfterEach
  void stop() {
    running.forEach(ConfigurableApplicationContext::close);
    topics.close();
    broker.close();
  }

  @Test
  void aNewerVersionTakesOverFunctionsAndStatesThatItHasRenamed() {
    ConfigurableApplicationContext before =
        start(CounterApplication.class, CounterApplication.Hit.class, "test/counter");
    hitAll();
    await().atMost(PATIENCE).until(() -> totals("").size() == COUNTERS.size());

    ConfigurableApplicationContext next =
        start(NextCounterApplication.class, NextCounterApplication.Hit.class, "test/tally");
    await().atMost(PATIENCE).until(() -> isRunning(next));
    hitAll();
    await().atMost(PATIENCE).until(() -> hits().size() == 2 * COUNTERS.size());
    assertThat(totals("next-")).isNotEmpty().hasSizeLessThan(COUNTERS.size());

    before.close();
    hitAll();

    // What the version before did not know has waited there, and is not among the dead letters.
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(hits()).hasSize(3 * COUNTERS.size());
              assertThat(totals("news-")).hasSameSizeAs(totals("next-"));
            });
    for (String counter : COUNTERS) {
      assertThat(hits().stream().filter(hit -> hit.contains(counter + "\"")))
          .as(counter)
          .satisfiesExactly(
              first -> assertThat(first).contains("\"sum\":1,\"count\":1}"),
              second -> assertThat(second).contains("\"sum\":2,\"count\":2}"),
              third -> assertThat(third).contains("\"sum\":3,\"count\":3}"));
    }
  }

  private void hitAll() {
    COUNTERS.forEach(counter -> topics.send(HITS, counter, "{\"weight\":1}"));
  }

  private List<String> totals(String kind) {
    return topics.values(TOTALS).stream()
        .filter(total -> total.startsWith("{\"page\":\"" + kind))
        .toList();
  }

  private List<String> hits() {
    return topics.values(TOTALS).stream().filter(total -> !total.contains("news-")).toList();
  }

  private static boolean isRunning(ConfigurableApplicationContext context) {
    return context.getBean(StateFunEngine.class).status().state() == EngineStatus.State.RUNNING;
  }

  private ConfigurableApplicationContext start(Class<?> version, Class<?> hit, String target) {
    ConfigurableApplicationContext context =
        new SpringApplicationBuilder(version)
            .web(WebApplicationType.NONE)
            .properties(
                "spring.application.name=counter",
                "spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
                "statefun.partitions=4",
                "statefun.data-directory=" + directory.resolve(version.getSimpleName()),
                "statefun.snapshot.file.directory=" + directory.resolve("store"),
                "statefun.snapshot.file.lock=false",
                "statefun.kafka.ingress[0].topics=" + HITS,
                "statefun.kafka.ingress[0].type=" + hit.getName(),
                "statefun.kafka.ingress[0].target=" + target,
                "statefun.kafka.egress[0].name=test/totals",
                "statefun.kafka.egress[0].topic=" + TOTALS)
            .run();
    running.add(context);
    return context;
  }
}
