/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.tutorial;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The application of the tutorial, in a process that can be killed. */
final class TicketsProcess {

  private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

  private final Path folder;
  private final String classPath;
  private final Path output;
  private @Nullable Process process;

  TicketsProcess(Path folder, String classPath) {
    this.folder = folder;
    this.classPath = classPath;
    this.output = folder.resolve("output.txt");
  }

  /** Starts it, and waits until it answers. */
  void start() throws IOException {
    Files.deleteIfExists(output);
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                "com.example.tickets.TicketsApplication")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("SERVER_PORT", "0");
    builder.environment().put("SERVER_ADDRESS", "127.0.0.1");
    Process started = builder.start();
    process = started;
    await()
        .atMost(Duration.ofMinutes(2))
        .failFast("The application has ended", () -> !started.isAlive())
        .until(() -> Files.readString(output).contains("Started TicketsApplication"));
  }

  /** Where it answers. */
  String address() throws IOException {
    Matcher port = PORT.matcher(Files.readString(output));
    if (!port.find()) {
      throw new IllegalStateException("It does not say on which port it answers");
    }
    return "127.0.0.1:" + port.group(1);
  }

  void kill() throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.destroyForcibly().waitFor();
    }
  }
}
