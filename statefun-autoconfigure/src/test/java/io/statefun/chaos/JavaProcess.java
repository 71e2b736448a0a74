/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.chaos;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * A process of this class path that can be killed and paused, with a disk of its own for an
 * application of Spring Boot.
 */
public final class JavaProcess implements AutoCloseable {

  private final Path directory;
  private final Class<?> main;
  private final List<String> arguments;
  private String classPath = classPath();
  private @Nullable Process process;
  private boolean paused;

  /**
   * @param directory where its disk and its log are
   */
  public JavaProcess(Path directory, Class<?> main, List<String> arguments) {
    this.directory = directory;
    this.main = main;
    this.arguments = arguments;
  }

  /** Puts a library on its class path, which the tests do not have. */
  public JavaProcess library(Path jar) {
    classPath = jar.toAbsolutePath() + File.pathSeparator + classPath;
    return this;
  }

  private static String classPath() {
    String tests = System.getProperty("surefire.test.class.path");
    return tests == null ? System.getProperty("java.class.path") : tests;
  }

  public void start() throws IOException {
    Files.createDirectories(directory);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    Path logging = logging();
    command.add("-Dlogback.configurationFile=" + logging);
    command.add("-Dlogging.config=file:" + logging);
    command.add("-Dstatefun.data-directory=" + directory.resolve("disk"));
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(arguments);
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

  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  public boolean isPaused() {
    return paused;
  }

  /** Stops it in mid-work, without its knowing. */
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
    paused = true;
  }

  /** Has it go on as if nothing had happened. */
  public void resume() throws IOException, InterruptedException {
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
  public void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly();
      process.waitFor(10, TimeUnit.SECONDS);
      process = null;
      paused = false;
    }
  }

  /** Ends it as an operator does, and waits until it has let go of everything. */
  public void stop() throws InterruptedException {
    if (process != null) {
      process.destroy();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("A process does not end when it is told to");
      }
      process = null;
    }
  }

  /** What it has logged. */
  public Path log() {
    return directory.resolve("application.log");
  }

  /** Takes its disk away; it must not run. */
  public void wipeDisk() throws IOException {
    boolean unused = FileSystemUtils.deleteRecursively(directory.resolve("disk"));
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
  }
}
