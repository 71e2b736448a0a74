/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

import io.statefun.benchmark.ChainLoad;
import io.statefun.benchmark.ProcessMeter;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An engine that takes events from one topic to another, in a process of its own. */
final class KafkaEngine implements AutoCloseable {

  private static final int PATIENCE_SECONDS = 30;

  private final Path directory;
  private final Process process;

  private KafkaEngine(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  /** What both engines are told. */
  record Place(
      String name,
      Path directory,
      KafkaServices services,
      String eventsTopic,
      String resultsTopic,
      int partitions,
      int keys) {}

  /** Starts what the settings say. */
  static KafkaEngine start(KafkaEngineSettings settings, Place place) throws IOException {
    Files.createDirectories(place.directory());
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Arrays.asList(settings.jvmOptions().split(" +")));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.add("-cp");
    String classPath = System.getProperty("java.class.path");
    if (settings.isStatefun()) {
      command.add(classPath);
      command.add(KafkaChainApplication.class.getName());
      command.addAll(statefun(settings, place));
    } else {
      // The version of RocksDB that Kafka Streams was built with comes before the project's own.
      command.add(settings.streamsLibraries() + "/*" + File.pathSeparator + classPath);
      command.add(KafkaStreamsChain.class.getName());
      command.addAll(streams(settings, place));
    }
    return start(command, place.directory());
  }

  private static KafkaEngine start(List<String> command, Path directory) throws IOException {
    Process started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("engine.log").toFile())
            .start();
    return new KafkaEngine(directory, started);
  }

  /** Starts an application of this module. */
  static KafkaEngine start(
      Class<?> application, String jvmOptions, List<String> arguments, Path directory)
      throws IOException {
    Files.createDirectories(directory);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Arrays.asList(jvmOptions.split(" +")));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(application.getName());
    command.addAll(arguments);
    return start(command, directory);
  }

  private static List<String> statefun(KafkaEngineSettings settings, Place place)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--spring.main.banner-mode=off",
                "--logging.level.root=warn",
                "--spring.application.name=" + place.name(),
                "--spring.kafka.bootstrap-servers=" + place.services().bootstrapServers(),
                "--benchmark.keys=" + place.keys(),
                "--statefun.workers=" + settings.workers(),
                "--statefun.data-directory=" + place.directory().resolve("local"),
                "--statefun.snapshot.store=" + settings.store(),
                "--statefun.snapshot.min-commit-interval=" + settings.commitInterval() + "ms",
                "--statefun.snapshot.file.directory=" + place.directory().resolve("snapshots"),
                "--statefun.kafka.ingress[0].topics=" + place.eventsTopic(),
                "--statefun.kafka.ingress[0].type=java.lang.Long",
                "--statefun.kafka.ingress[0].target=" + ChainLoad.FUNCTION_A,
                "--statefun.kafka.egress[0].name=" + ChainLoad.EGRESS,
                "--statefun.kafka.egress[0].topic=" + place.resultsTopic()));
    if (settings.store().equals("redis")) {
      arguments.add("--spring.data.redis.port=" + place.services().redisPort());
    }
    for (String setting : settings.more().split(",")) {
      if (!setting.isEmpty()) {
        arguments.add("--" + setting);
      }
    }
    return arguments;
  }

  private static List<String> streams(KafkaEngineSettings settings, Place place) {
    return List.of(
        "--bootstrap-servers=" + place.services().bootstrapServers(),
        "--application=" + place.name(),
        "--events-topic=" + place.eventsTopic(),
        "--results-topic=" + place.resultsTopic(),
        "--keys=" + place.keys(),
        "--partitions=" + place.partitions(),
        "--threads=" + settings.workers(),
        "--commit-interval=" + settings.commitInterval(),
        "--cache-bytes=" + settings.cacheBytes(),
        "--state=" + place.directory().resolve("state"),
        "--settings=" + settings.more());
  }

  /** Makes sure that it still runs. */
  void check() {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          "The engine has ended with code " + process.exitValue() + ": " + log());
    }
  }

  String log() {
    try {
      String log = Files.readString(directory.resolve("engine.log"));
      return log.substring(Math.max(0, log.length() - 4_000));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** How long processors have worked for a process. */
  static Duration cpu(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  ProcessHandle process() {
    return process.toHandle();
  }

  long peakMemoryMegabytes() {
    return ProcessMeter.peakMemoryMegabytes(Long.toString(process.pid()));
  }

  /** Kills it, as {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
  }

  /** Has it end by itself, so that a profile is written. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
