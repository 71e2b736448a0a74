/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.services;

import io.statefun.services.KafkaBroker;
import io.statefun.services.LocalPorts;
import io.statefun.services.RedisServer;
import io.statefun.services.S3Server;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/**
 * Runs a broker, and a Redis or an S3, on what they had before. One that is killed is started again
 * at its port. All end when the process that started this one does, however that ends.
 *
 * <p>The file {@code arguments} has what the application is to be told, one argument a line; {@code
 * pids} has the ids of the processes that may be killed, and is written when all are up.
 */
final class LocalServices {

  private static final long PAUSE_MILLIS = 100;
  private static final String BUCKET = "billing";
  private static final Path S3_CLASS_PATH = Path.of("target/s3mock.classpath");

  private final Path directory;
  private final Properties ports = new Properties();
  private final List<String> arguments = new ArrayList<>();
  private final KafkaBroker broker;
  private final @Nullable RedisServer redis;

  private LocalServices(Path directory, String store) throws IOException, InterruptedException {
    this.directory = directory;
    Files.createDirectories(directory);
    readPorts();
    broker =
        KafkaBroker.start(
            directory.resolve("kafka"), System.getProperty("java.class.path"), port("kafka"));
    arguments.add("--spring.kafka.bootstrap-servers=" + broker.bootstrapServers());
    redis = store.equals("redis") ? startRedis() : null;
    if (store.equals("s3")) {
      startS3();
    }
    writePorts();
  }

  /**
   * Runs services.
   *
   * @param args a folder for their files, and the snapshots' store: file, redis or s3
   */
  public static void main(String[] args) throws Exception {
    ProcessHandle.current()
        .parent()
        .orElseThrow()
        .onExit()
        .thenRun(() -> System.exit(0)); // and the services with it
    new LocalServices(Path.of(args[0]).toAbsolutePath(), args[1]).keepUp();
  }

  private RedisServer startRedis() throws IOException {
    RedisServer server =
        RedisServer.startDurable(
            ExecutableProvider.newJarResourceProvider().get().toPath(),
            directory.resolve("redis"),
            port("redis"));
    arguments.add("--spring.data.redis.host=127.0.0.1");
    arguments.add("--spring.data.redis.port=" + server.port());
    return server;
  }

  private void startS3() throws IOException {
    int port = port("s3");
    S3Server.start(Files.readString(S3_CLASS_PATH), directory.resolve("s3"), port, BUCKET);
    arguments.add("--statefun.snapshot.s3.bucket=" + BUCKET);
    arguments.add("--statefun.snapshot.s3.endpoint=http://127.0.0.1:" + port);
    arguments.add("--statefun.snapshot.s3.path-style=true");
  }

  private void keepUp() throws IOException, InterruptedException {
    write("arguments", String.join("\n", arguments) + "\n");
    write("pids", pids());
    boolean told = true;
    while (true) {
      boolean restarted = false;
      if (!broker.process().isAlive()) {
        broker.restart();
        restarted = true;
      }
      if (redis != null && !redis.process().isAlive()) {
        redis.restart();
        restarted = true;
      }
      // Those that were killed together may be seen to be dead one after the other.
      if (restarted) {
        told = false;
      } else if (!told) {
        write("pids", pids());
        told = true;
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private String pids() {
    String kafka = broker.process().pid() + "\n";
    return redis == null ? kafka : kafka + redis.process().pid() + "\n";
  }

  private void write(String name, String text) throws IOException {
    Path unfinished = Files.writeString(directory.resolve(name + ".unfinished"), text);
    Files.move(unfinished, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Those of the last time, which the broker's files have in them. */
  private void readPorts() throws IOException {
    Path file = directory.resolve("ports");
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        ports.load(reader);
      }
    }
  }

  private int port(String service) {
    return Integer.parseInt(
        (String) ports.computeIfAbsent(service, unused -> "" + LocalPorts.free()));
  }

  private void writePorts() throws IOException {
    try (Writer writer = Files.newBufferedWriter(directory.resolve("ports"))) {
      ports.store(writer, null);
    }
  }
}
