/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker, controller included, as a process of its own that can be killed and started again
 * on its data. It listens on the loopback interface, and ends with the process that started it.
 *
 * <p>Kafka's own classes must be on the class path that it is given. Not for use by several
 * threads.
 */
public final class KafkaBroker implements AutoCloseable {

  private static final String STARTED = "Kafka Server started";
  private static final String LOGGING =
      """
      <configuration>
        <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
          <encoder><pattern>%d %-5level %logger{0} %msg%n</pattern></encoder>
        </appender>
        <logger name="kafka.server" level="INFO"/>
        <root level="WARN"><appender-ref ref="out"/></root>
      </configuration>
      """;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** For a start that takes little. */
  private static final List<String> SMALL =
      List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Path directory;
  private final String classPath;
  private final int port;
  private final List<String> jvmOptions;
  private @Nullable Process process;
  private int starts;

  private KafkaBroker(Path directory, String classPath, int port, List<String> jvmOptions) {
    this.directory = directory;
    this.classPath = classPath;
    this.port = port;
    this.jvmOptions = List.copyOf(jvmOptions);
  }

  /** Starts a broker with this process' own class path, on a free port. */
  public static KafkaBroker start(Path directory) {
    String tests = System.getProperty("surefire.test.class.path");
    String classPath = tests == null ? System.getProperty("java.class.path") : tests;
    return start(directory, classPath, LocalPorts.free());
  }

  /**
   * Starts a broker.
   *
   * @param directory where its files are; what is there of an earlier one is taken up
   */
  public static KafkaBroker start(Path directory, String classPath, int port) {
    return start(directory, classPath, port, SMALL);
  }

  /** Starts a broker with options of its own for its JVM. */
  public static KafkaBroker start(
      Path directory, String classPath, int port, List<String> jvmOptions) {
    KafkaBroker broker = new KafkaBroker(directory.toAbsolutePath(), classPath, port, jvmOptions);
    broker.prepare();
    broker.restart();
    return broker;
  }

  /** Where clients find it. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** The process. */
  public ProcessHandle process() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("The broker does not run");
    }
    return running.toHandle();
  }

  private void prepare() {
    Path settings = directory.resolve("server.properties");
    if (Files.exists(settings)) {
      return;
    }
    try {
      Files.createDirectories(directory);
      StringBuilder text = new StringBuilder();
      settings().forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
      Files.writeString(settings, text);
      Files.writeString(directory.resolve("logback.xml"), LOGGING);
      Process format =
          java(
              "format.log",
              "kafka.tools.StorageTool",
              "format",
              "-t",
              "MkU3OEVBNTcwNTJENDM2Qg",
              "-c",
              settings.toString());
      if (!format.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || format.exitValue() != 0) {
        throw new IllegalStateException("The broker's disk cannot be prepared: see " + directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    int controller = LocalPorts.free();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
    settings.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller);
    settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("log.dirs", directory.resolve("data").toString());
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "4");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("group.min.session.timeout.ms", "1000");
    settings.put("auto.create.topics.enable", "false");
    settings.put("controlled.shutdown.enable", "false");
    // A broker that was killed is up again soon.
    settings.put("broker.session.timeout.ms", "1500");
    settings.put("broker.heartbeat.interval.ms", "300");
    settings.put("controller.quorum.election.timeout.ms", "300");
    settings.put("controller.quorum.election.backoff.max.ms", "100");
    settings.put("controller.quorum.fetch.timeout.ms", "1000");
    // And a transaction whose producer is gone is given up soon after its time.
    settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    return settings;
  }

  /** Starts the broker, on what it had when it was killed or stopped, and waits until it is up. */
  public void restart() {
    String logName = "broker-" + ++starts + ".log";
    try {
      Process started =
          java(logName, "kafka.Kafka", directory.resolve("server.properties").toString());
      process = started;
      Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!isUp(directory.resolve(logName))) {
        if (!started.isAlive() || System.nanoTime() > deadline) {
          started.destroyForcibly();
          throw new IllegalStateException(
              "The broker does not start: see " + directory.resolve(logName));
        }
        LocalPorts.pause();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isUp(Path log) throws IOException {
    return Files.exists(log) && Files.readString(log, StandardCharsets.UTF_8).contains(STARTED);
  }

  /** Kills it without warning, as kill -9 does, and waits until it is gone. */
  public void kill() {
    Process running = process;
    if (running != null) {
      LocalPorts.kill(running);
      process = null;
    }
  }

  @Override
  public void close() {
    kill();
  }

  private Process java(String log, String main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dlogback.configurationFile=" + directory.resolve("logback.xml"));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve(log).toFile())
        .start();
  }
}
