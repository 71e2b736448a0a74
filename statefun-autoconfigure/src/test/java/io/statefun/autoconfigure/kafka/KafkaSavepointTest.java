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
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.services.KafkaBroker;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** An application of two processes, and others that go on from its savepoint. */
class KafkaSavepointTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int HITS = 2_000;
  private static final List<String> COUNTERS =
      IntStream.range(0, 20).mapToObj(i -> "counter-" + i).toList();

  @TempDir Path directory;

  private final List<ConfigurableApplicationContext> running = new ArrayList<>();
  private KafkaBroker broker;
  private Topics topics;

  @BeforeEach
  void startBroker() {
    broker = KafkaBroker.start(directory.resolve("kafka"));
    topics = new Topics(broker.bootstrapServers());
    topics.create("hits", 2);
    topics.create("totals", 2);
  }

  @AfterEach
  void stopAll() {
    running.forEach(ConfigurableApplicationContext::close);
    topics.close();
    broker.close();
  }

  @Test
  void anotherApplicationGoesOnFromASavepointThatWasTakenUnderLoad() throws Exception {
    Savepoint savepoint = runFirst();
    topics.create("totals-again", 2);
    String[] second =
        settings(broker, "second", 7, "--statefun.kafka.egress[0].topic=totals-again");

    restore(savepoint, "continue", second);
    start(second);
    COUNTERS.forEach(counter -> topics.send("hits", counter, "{\"weight\":0}"));

    await().atMost(PATIENCE).until(() -> lastTotals(topics, "totals-again").equals(expected(1)));
  }

  @Test
  void anApplicationGoesOnOnAnEmptyBroker() throws Exception {
    Savepoint savepoint = runFirst();
    try (KafkaBroker empty = KafkaBroker.start(directory.resolve("empty"));
        Topics others = new Topics(empty.bootstrapServers())) {
      others.create("hits", 3);
      others.create("totals", 1);
      String[] second = settings(empty, "first", 3);

      restore(savepoint, "begin", second);
      ConfigurableApplicationContext context = start(second);
      COUNTERS.forEach(counter -> others.send("hits", counter, "{\"weight\":1000000}"));

      await().atMost(PATIENCE).until(() -> lastTotals(others, "totals").size() == COUNTERS.size());
      List<String> before = topics.values("totals");
      assertThat(others.values("totals"))
          .filteredOn(total -> total.contains("\"sum\":1000"))
          .isNotEmpty()
          .allSatisfy(total -> assertThat(isSuccessorOfOne(total, before)).isTrue());
      context.close();
    }
  }

  @Test
  void oneOfSeveralProcessesTakesTheScheduledSavepoints() throws Exception {
    String[] first =
        settings(
            broker,
            "first",
            4,
            "--statefun.snapshot.file.lock=false",
            "--statefun.savepoint.schedule=*/2 * * * * *");
    start(first);
    ConfigurableApplicationContext other =
        start(with(first, "--statefun.data-directory=" + directory.resolve("other-local")));
    await().atMost(PATIENCE).until(() -> isRunning(other));
    SavepointStore savepoints = new SavepointStore(other.getBean(SnapshotStore.class));

    await().atMost(PATIENCE).until(() -> savepoints.list().size() >= 3);
  }

  /** Takes a savepoint while hits come and are counted, and stops when all are. */
  private Savepoint runFirst() throws Exception {
    String[] first = settings(broker, "first", 4, "--statefun.snapshot.file.lock=false");
    start(first);
    ConfigurableApplicationContext other =
        start(with(first, "--statefun.data-directory=" + directory.resolve("other-local")));
    await().atMost(PATIENCE).until(() -> isRunning(other));
    for (int hit = 0; hit < HITS / 2; hit++) {
      topics.sendAsync("hits", COUNTERS.get(hit % COUNTERS.size()), "{\"weight\":1}");
    }
    await().atMost(PATIENCE).until(() -> topics.read("totals").size() > 100);
    var taken = other.getBean(StateFunEngine.class).savepoint(PATIENCE);
    for (int hit = HITS / 2; hit < HITS; hit++) {
      topics.sendAsync("hits", COUNTERS.get(hit % COUNTERS.size()), "{\"weight\":1}");
    }
    Savepoint savepoint = taken.get();
    await().atMost(PATIENCE).until(() -> topics.read("totals").size() == HITS);
    try (FileSnapshotStore backup =
        FileSnapshotStore.open(directory.resolve("backup"), "savepoints")) {
      new SavepointStore(other.getBean(SnapshotStore.class)).copy(savepoint, backup);
    }
    running.forEach(ConfigurableApplicationContext::close);
    running.clear();
    return savepoint;
  }

  private static boolean isRunning(ConfigurableApplicationContext context) {
    EngineStatus status = context.getBean(StateFunEngine.class).status();
    return status.state() == EngineStatus.State.RUNNING;
  }

  /** What the last total of each counter must be when it has had all hits, and some more. */
  private static Map<String, String> expected(int more) {
    int each = HITS / COUNTERS.size();
    Map<String, String> expected = new HashMap<>();
    COUNTERS.forEach(
        counter ->
            expected.put(
                counter,
                "{\"page\":\"%s\",\"sum\":%d,\"count\":%d}".formatted(counter, each, each + more)));
    return expected;
  }

  private static Map<String, String> lastTotals(Topics from, String topic) {
    Map<String, String> last = new HashMap<>();
    for (ConsumerRecord<String, String> total : from.read(topic)) {
      last.put(total.key(), total.value());
    }
    return last;
  }

  /** Whether a total of the restored application follows upon one that the first one has told. */
  private static boolean isSuccessorOfOne(String total, List<String> before) {
    String[] fields = total.replaceAll("[{}\"a-z:-]", "").split(",", -1);
    long sum = Long.parseLong(fields[1]) - 1_000_000;
    long count = Long.parseLong(fields[2]) - 1;
    String page = total.substring(total.indexOf("counter-"), total.indexOf("\",\"sum"));
    return sum == count
        && before.contains("{\"page\":\"%s\",\"sum\":%d,\"count\":%d}".formatted(page, sum, count));
  }

  private void restore(Savepoint savepoint, String ingresses, String[] settings) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(CounterApplication.class.getName());
    command.addAll(List.of("savepoint", "restore", String.valueOf(savepoint.number())));
    command.add("--from=" + directory.resolve("backup"));
    command.add("--ingresses=" + ingresses);
    command.addAll(List.of(settings));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
  }

  private ConfigurableApplicationContext start(String... settings) {
    ConfigurableApplicationContext context =
        new SpringApplicationBuilder(CounterApplication.class).run(settings);
    running.add(context);
    return context;
  }

  private String[] settings(
      KafkaBroker at, String application, int partitions, String... overrides) {
    String folder = application + "-" + partitions;
    return with(
        new String[] {
          "--spring.main.banner-mode=off",
          "--spring.main.web-application-type=none",
          "--spring.application.name=" + application,
          "--spring.kafka.bootstrap-servers=" + at.bootstrapServers(),
          "--statefun.partitions=" + partitions,
          "--statefun.data-directory=" + directory.resolve(folder + "-local"),
          "--statefun.snapshot.file.directory=" + directory.resolve(folder + "-store"),
          "--statefun.kafka.ingress[0].topics=hits",
          "--statefun.kafka.ingress[0].target=test/counter",
          "--statefun.kafka.ingress[0].type=" + CounterApplication.Hit.class.getName(),
          "--statefun.kafka.egress[0].name=test/totals",
          "--statefun.kafka.egress[0].topic=totals"
        },
        overrides);
  }

  /** The settings, with some of them others. */
  private static String[] with(String[] settings, String... overrides) {
    Map<String, String> all = new LinkedHashMap<>();
    for (String one : settings) {
      all.put(one.split("=", 2)[0], one);
    }
    for (String one : overrides) {
      all.put(one.split("=", 2)[0], one);
    }
    return all.values().toArray(String[]::new);
  }
}
