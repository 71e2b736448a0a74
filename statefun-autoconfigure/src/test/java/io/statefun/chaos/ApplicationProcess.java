/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/** A process of the application, with a disk of its own. */
final class ApplicationProcess implements AutoCloseable {

  private final Path directory;
  private final String classPath;
  private final List<String> arguments;
  private @Nullable Process process;
  private boolean paused;

  ApplicationProcess(Path directory, String classPath, List<String> arguments) {
    this.directory = directory;
    this.classPath = classPath;
    this.arguments = arguments;
  }

  void start() throws IOException {
    Files.createDirectories(directory);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", classPath, ChaosApplication.class.getName()));
    command.addAll(arguments);
    command.add("--statefun.data-directory=" + directory.resolve("disk"));
    command.add("--logging.config=file:" + logging());
    ProcessBuilder builder = new ProcessBuilder(command);
    // For those stores alone that ask who one is.
    builder.environment().put("AWS_ACCESS_KEY_ID", "nobody");
    builder.environment().put("AWS_SECRET_ACCESS_KEY", "nothing");
    Process started =
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
    process = started;
    paused = false;
  }

  private Path logging() throws IOException {
    Path file = directory.resolve("logback.xml");
    Files.writeString(
        file,
        """
        <configuration>
          <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
            <encoder><pattern>%d %-5level [%thread] %logger{0} %msg%n%ex{5}</pattern></encoder>
          </appender>
          <logger name="io.statefun" level="INFO"/>
          <logger name="org.apache.kafka.clients.consumer.internals.ConsumerCoordinator" level="INFO"/>
          <root level="WARN"><appender-ref ref="out"/></root>
        </configuration>
        """);
    return file;
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  boolean isPaused() {
    return paused;
  }

  /** Stops it in mid-work, without its knowing. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
    paused = true;
  }

  /** Has it go on as if nothing had happened. */
  void resume() throws IOException, InterruptedException {
    signal("CONT");
    paused = false;
  }

  private void signal(String name) throws IOException, InterruptedException {
    if (process != null) {
      int unused =
          new ProcessBuilder("kill", "-" + name, "" + process.pid()).inheritIO().start().waitFor();
    }
  }

  /** Kills it without warning, as kill -9 does. */
  void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly();
      process.waitFor(10, TimeUnit.SECONDS);
      process = null;
      paused = false;
    }
  }

  /** Ends it as an operator does, and waits until it has let go of everything. */
  void stop() throws InterruptedException {
    if (process != null) {
      process.destroy();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("A process does not end when it is told to");
      }
      process = null;
    }
  }

  /** What it has logged. */
  Path log() {
    return directory.resolve("application.log");
  }

  /** Takes its disk away; it must not run. */
  void wipeDisk() throws IOException {
    boolean unused = FileSystemUtils.deleteRecursively(directory.resolve("disk"));
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
  }
}
