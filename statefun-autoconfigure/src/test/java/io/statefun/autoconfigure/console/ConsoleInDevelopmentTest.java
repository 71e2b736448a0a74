/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.bank.BankApplication;
import io.statefun.chaos.JavaProcess;
import io.statefun.services.LocalPorts;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application with Spring Boot's developer tools, as it is started in development. */
class ConsoleInDevelopmentTest {

  private static final Path TOOLS = Path.of("target/devtools/spring-boot-devtools.jar");
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private final int port = LocalPorts.free();

  private JavaProcess process(String... arguments) {
    List<String> all =
        Stream.concat(
                Stream.of(
                    "--spring.application.name=bank",
                    "--spring.main.web-application-type=servlet",
                    "--server.port=" + port,
                    "--statefun.snapshot.file.directory=" + folder.resolve("snapshots")),
                Stream.of(arguments))
            .toList();
    return new JavaProcess(folder.resolve("process"), BankApplication.class, all).library(TOOLS);
  }

  private int console() throws IOException, InterruptedException {
    return status("/statefun/data/overview");
  }

  private int status(String path) throws IOException, InterruptedException {
    URI page = URI.create("http://localhost:" + port + path);
    try {
      return client
          .send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString())
          .statusCode();
    } catch (ConnectException notYet) {
      return 0;
    }
  }

  @Test
  void thereIsAConsoleThatNobodyHasSwitchedOn() throws Exception {
    try (JavaProcess process = process()) {
      process.start();

      await().atMost(PATIENCE).until(() -> console() != 0);

      assertThat(console()).isEqualTo(200);
    }
  }

  @Test
  void thereIsNoneIfItIsSwitchedOff() throws Exception {
    try (JavaProcess process = process("--statefun.console.enabled=false")) {
      process.start();

      await().atMost(PATIENCE).until(() -> console() != 0);

      assertThat(console()).isEqualTo(404);
    }
  }

  @Test
  void functionsCanBeServedBesideIt() throws Exception {
    try (JavaProcess process =
        process("--statefun.endpoint.enabled=true", "--statefun.endpoint.path=/statefun/{name}")) {
      process.start();

      await().atMost(PATIENCE).until(() -> console() != 0);

      assertThat(console()).isEqualTo(200);
      assertThat(status("/statefun/")).isEqualTo(200);
      assertThat(status("/statefun/account")).isEqualTo(405);
    }
  }
}
