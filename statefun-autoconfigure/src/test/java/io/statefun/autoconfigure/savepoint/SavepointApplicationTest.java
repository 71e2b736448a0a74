/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.savepoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.autoconfigure.savepoint.CountingApplication.Add;
import io.statefun.autoconfigure.savepoint.CountingApplication.Read;
import io.statefun.autoconfigure.savepoint.CountingApplication.Sum;
import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Savepoints as an application has them, with what is registered in {@code META-INF} alone. */
class SavepointApplicationTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void theJarListsInspectsCopiesRestoresAndDeletes() throws Exception {
    takeSavepoint();

    assertThat(command("list")).isEqualTo(0);
    assertThat(output).contains("counting").containsPattern("1 +20.* +4 ");
    assertThat(command("inspect", "latest")).isEqualTo(0);
    assertThat(output).containsPattern("test/counter +2 +0 ");
    assertThat(command("copy", "1", "--to=" + folder.resolve("backup"))).isEqualTo(0);
    assertThat(command("delete", "1")).isEqualTo(0);
    assertThat(command("list")).isEqualTo(0);
    assertThat(output).doesNotContain("counting");
    assertThat(
            command(
                "restore",
                "latest",
                "--from=" + folder.resolve("backup"),
                "--partitions=7",
                "--statefun.snapshot.file.directory=" + folder.resolve("other")))
        .as(output)
        .isEqualTo(0);

    try (ConfigurableApplicationContext restored =
        start(
            "--statefun.snapshot.file.directory=" + folder.resolve("other"),
            "--statefun.partitions=7")) {
      assertThat(sum(restored, "a")).isEqualTo(3);
      assertThat(sum(restored, "b")).isEqualTo(30);
    }
  }

  @Test
  void aCommandThatIsNotUnderstoodSaysWhatThereIs() throws Exception {
    assertThat(command("lst")).isEqualTo(2);
    assertThat(output).contains("There is no command 'lst'", "restore NUMBER|latest");
    assertThat(command("inspect", "17")).isEqualTo(2);
    assertThat(output).contains("There is no savepoint '17'");
  }

  @Test
  void singleInstancesAreInspected() throws Exception {
    takeSavepoint();

    assertThat(command("inspect", "latest", "--function=test/counter", "--limit=1")).isEqualTo(0);
    assertThat(output)
        .contains("has 2 instances of test/counter", "test/counter/a", "and 1 more")
        .doesNotContain("test/counter/b");
    assertThat(command("inspect", "1", "--instance=test/counter/b")).isEqualTo(0);
    assertThat(output).containsPattern("sum +30").contains("waiting messages 0", "timers 0");
    assertThat(command("inspect", "1", "--instance=test/counter/c")).isEqualTo(1);
    assertThat(output).contains("There is no instance test/counter/c in savepoint 1.");
  }

  @Test
  void whatCannotBeInspectedIsToldFromWhatIsNotThere() throws Exception {
    takeSavepoint();

    assertThat(command("inspect", "1", "--function=test/contour")).isEqualTo(1);
    assertThat(output)
        .contains("There is no instance of test/contour", "has no function 'test/contour'");
    assertThat(command("inspect", "1", "--instance=test/counter")).isEqualTo(2);
    assertThat(output).contains("--instance is a function's type and an id", "'test/counter'");
    assertThat(command("inspect", "1", "--function=counter", "--limit=1")).isEqualTo(2);
    assertThat(output).contains("--function is a function's type", "'counter'");
    assertThat(command("inspect", "1", "--function=test/counter", "--limit=0")).isEqualTo(2);
    assertThat(output).contains("--limit is a number from 1 to 1000, not '0'");
  }

  @Test
  void anApplicationThatHoldsStateIsNotReplaced() throws Exception {
    takeSavepoint();

    assertThat(command("restore", "latest")).isEqualTo(1);

    assertThat(output).contains("holds state already");
  }

  @Test
  void otherArgumentsAreTheApplicationsOwn() {
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .addFirst(new SimpleCommandLinePropertySource("import", "savepoint", "--x=1"));

    new SavepointCommandEnvironment()
        .postProcessEnvironment(environment, new SpringApplication(CountingApplication.class));

    assertThat(environment.containsProperty(SavepointCommandEnvironment.PROPERTY)).isFalse();
  }

  @Test
  void theEndpointTakesListsAndDeletes() throws Exception {
    try (ConfigurableApplicationContext context =
        start("--management.endpoints.web.exposure.include=savepoints")) {
      SavepointEndpoint endpoint = context.getBean(SavepointEndpoint.class);

      Object taken = endpoint.take().getBody();

      assertThat(endpoint.savepoints().savepoints()).singleElement().isEqualTo(taken);
      assertThat(endpoint.savepoint(1)).isEqualTo(taken);
      assertThat(endpoint.delete(1).getStatus()).isEqualTo(204);
      assertThat(endpoint.delete(1).getStatus()).isEqualTo(404);
      assertThat(endpoint.savepoint(1)).isNull();
    }
  }

  @Test
  void theScheduleTakesSavepointsAndKeepsTheNewest() throws Exception {
    try (ConfigurableApplicationContext context =
        start(
            "--statefun.savepoint.schedule=* * * * * *",
            "--statefun.savepoint.retain=1",
            "--management.endpoints.web.exposure.include=savepoints")) {
      SavepointEndpoint endpoint = context.getBean(SavepointEndpoint.class);

      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  endpoint.savepoints().savepoints().stream()
                      .anyMatch(savepoint -> savepoint.number() > 2));

      assertThat(endpoint.savepoint(1)).isNull();
      assertThat(endpoint.savepoints().savepoints()).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void theNewestSavepointIsMeasuredAlsoAfterARestart() throws Exception {
    takeSavepoint();

    try (ConfigurableApplicationContext context =
        start("--management.endpoints.web.exposure.include=savepoints")) {
      StateFunEngine engine = context.getBean(StateFunEngine.class);
      await().atMost(PATIENCE).until(() -> engine.status().savepoints().newest() != null);
      assertThat(engine.status().savepoints().completed()).isZero();

      Object unused = context.getBean(SavepointEndpoint.class).take();

      await().atMost(PATIENCE).until(() -> engine.status().savepoints().completed() == 1);
      EngineStatus.Savepoints savepoints = engine.status().savepoints();
      assertThat(savepoints.failure()).isNull();
      EngineStatus.CompleteSavepoint newest = Objects.requireNonNull(savepoints.newest());
      assertThat(newest.number()).isEqualTo(2);
      assertThat(newest.bytes()).isPositive();
    }
  }

  @Test
  void theJarBringsTheFirstState() throws Exception {
    Path csv = Files.writeString(folder.resolve("sums.csv"), "id,sum\na,3\nb,30\n");
    assertThat(command("bootstrap")).isEqualTo(2);
    assertThat(output).contains("statefun.bootstrap names nothing");

    String prefix = "--statefun.bootstrap.sums.";
    String[] words = {
      "bootstrap",
      prefix + "function=test/counter",
      prefix + "csv=file:" + csv,
      prefix + "states.sum=sum"
    };
    assertThat(command(words)).as(output).isEqualTo(0);
    assertThat(output).contains("begins with savepoint 1");
    assertThat(command(words)).as(output).isEqualTo(0);
    assertThat(output).contains("holds state already");

    try (ConfigurableApplicationContext begun = start()) {
      assertThat(sum(begun, "a")).isEqualTo(3);
      assertThat(sum(begun, "b")).isEqualTo(30);
    }
  }

  @Test
  void aScheduleThatIsNoneIsRefused() {
    assertThatThrownBy(() -> start("--statefun.savepoint.schedule=nightly"))
        .hasStackTraceContaining("must be a cron expression of six fields");
  }

  private void takeSavepoint() throws Exception {
    try (ConfigurableApplicationContext context =
        start("--management.endpoints.web.exposure.include=savepoints")) {
      StateFunTemplate template = context.getBean(StateFunTemplate.class);
      template.send("test/counter", "a", new Add(3)).join();
      template.send("test/counter", "b", new Add(30)).join();
      Object unused = context.getBean(SavepointEndpoint.class).take();
    }
  }

  private static long sum(ConfigurableApplicationContext context, String counter) {
    return context
        .getBean(StateFunTemplate.class)
        .request("test/counter", counter, new Read(), Sum.class)
        .join()
        .sum();
  }

  private ConfigurableApplicationContext start(String... more) {
    return new SpringApplicationBuilder(CountingApplication.class).run(arguments(more));
  }

  private String[] arguments(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--spring.application.name=counting",
                "--spring.main.banner-mode=off",
                "--spring.main.web-application-type=none",
                "--logging.level.root=warn",
                "--statefun.partitions=4",
                "--statefun.data-directory=" + folder.resolve("local"),
                "--statefun.snapshot.file.directory=" + folder.resolve("snapshots")));
    arguments.removeIf(
        argument -> List.of(more).stream().anyMatch(one -> name(one).equals(name(argument))));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private String output = "";

  /** Runs the command as a process of its own, and tells the exit code. */
  private int command(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(CountingApplication.class.getName());
    command.add("savepoint");
    command.addAll(List.of(arguments(words)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private static String name(String argument) {
    return argument.split("=", 2)[0];
  }
}
