/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

import io.statefun.services.KafkaBroker;
import io.statefun.services.LocalPorts;
import io.statefun.services.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/** The services that an engine needs, as processes of their own. */
final class KafkaServices implements AutoCloseable {

  private static final List<String> LOGGING =
      List.of(
          "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
          // Which tells when the broker has started.
          "-Dorg.slf4j.simpleLogger.log.kafka.server=info");

  private final Path directory;
  private final KafkaBroker broker;
  private @Nullable RedisServer redis;

  private KafkaServices(Path directory, KafkaBroker broker) {
    this.directory = directory;
    this.broker = broker;
  }

  /**
   * Starts a broker.
   *
   * @param jvmOptions of the broker's process
   */
  static KafkaServices start(Path directory, String jvmOptions) {
    List<String> options = new java.util.ArrayList<>(LOGGING);
    options.addAll(Arrays.asList(jvmOptions.split(" ")));
    return new KafkaServices(
        directory,
        KafkaBroker.start(
            directory.resolve("kafka"),
            System.getProperty("java.class.path"),
            LocalPorts.free(),
            options));
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  ProcessHandle broker() {
    return broker.process();
  }

  /** The port of a Redis server that loses nothing, started with the first call. */
  int redisPort() throws IOException {
    RedisServer running = redis;
    if (running == null) {
      running =
          RedisServer.startDurable(
              ExecutableProvider.newJarResourceProvider().get().toPath(),
              directory.resolve("redis"));
      redis = running;
    }
    return running.port();
  }

  void createTopics(int partitions, String... names) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      admin
          .createTopics(
              Arrays.stream(names).map(name -> new NewTopic(name, partitions, (short) 1)).toList())
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("The topics cannot be made", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    broker.close();
    if (redis != null) {
      redis.close();
    }
  }
}
