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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
        <logger name="org.apache.kafka.coordinator.group.GroupMetadataManager" level="INFO"/>
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
  private final int id;
  private final Quorum quorum;
  private final List<String> jvmOptions;
  private @Nullable Process process;
  private int starts;

  private KafkaBroker(
      Path directory, String classPath, int port, int id, Quorum quorum, List<String> jvmOptions) {
    this.directory = directory.toAbsolutePath();
    this.classPath = classPath;
    this.port = port;
    this.id = id;
    this.quorum = quorum;
    this.jvmOptions = List.copyOf(jvmOptions);
  }

  /** Starts a broker with this process' own class path, on a free port. */
  public static KafkaBroker start(Path directory) {
    return start(directory, ownClassPath(), LocalPorts.free());
  }

  private static String ownClassPath() {
    String tests = System.getProperty("surefire.test.class.path");
    return tests == null ? System.getProperty("java.class.path") : tests;
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
    KafkaBroker broker = new KafkaBroker(directory, classPath, port, 1, Quorum.of(1), jvmOptions);
    broker.prepare();
    broker.restart();
    return broker;
  }

  /** Makes one of several brokers, which does not run yet. */
  static KafkaBroker prepare(Path directory, int id, Quorum quorum) {
    KafkaBroker broker =
        new KafkaBroker(directory, ownClassPath(), LocalPorts.free(), id, quorum, SMALL);
    broker.prepare();
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
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", String.valueOf(id));
    settings.put("controller.quorum.voters", quorum.voters());
    settings.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + quorum.port(id));
    settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("log.dirs", directory.resolve("data").toString());
    String replicas = String.valueOf(Math.min(3, quorum.ports().size()));
    String inSync = quorum.ports().size() < 3 ? "1" : "2";
    settings.put("default.replication.factor", replicas);
    settings.put("min.insync.replicas", inSync);
    settings.put("offsets.topic.replication.factor", replicas);
    settings.put("offsets.topic.num.partitions", "4");
    // What a coordinator has to load after each kill is to be little.
    settings.put("offsets.topic.segment.bytes", "1048576");
    settings.put("log.cleaner.backoff.ms", "1000");
    settings.put("log.cleaner.min.cleanable.ratio", "0.1");
    settings.put("transaction.state.log.replication.factor", replicas);
    settings.put("transaction.state.log.min.isr", inSync);
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
    launch();
    awaitStart();
  }

  /** Starts the broker, and does not wait; of several, one alone does not get up. */
  void launch() {
    starts++;
    try {
      Process started =
          java(log().toString(), "kafka.Kafka", directory.resolve("server.properties").toString());
      process = started;
      Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitStart() {
    ProcessHandle started = process();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!isUp()) {
      if (!started.isAlive() || System.nanoTime() > deadline) {
        started.destroyForcibly();
        throw new IllegalStateException("The broker does not start: see " + log());
      }
      LocalPorts.pause();
    }
  }

  boolean isRunning() {
    return process != null;
  }

  private Path log() {
    return directory.resolve("broker-" + starts + ".log");
  }

  private boolean isUp() {
    try {
      return Files.exists(log())
          && Files.readString(log(), StandardCharsets.UTF_8).contains(STARTED);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

  /**
   * The controllers of a cluster, one in each broker.
   *
   * @param ports where they listen, that of the broker with id 1 first
   */
  record Quorum(List<Integer> ports) {

    static Quorum of(int brokers) {
      return new Quorum(IntStream.range(0, brokers).mapToObj(i -> LocalPorts.free()).toList());
    }

    int port(int id) {
      return ports.get(id - 1);
    }

    String voters() {
      return IntStream.rangeClosed(1, ports.size())
          .mapToObj(id -> id + "@127.0.0.1:" + port(id))
          .collect(Collectors.joining(","));
    }
  }
}
