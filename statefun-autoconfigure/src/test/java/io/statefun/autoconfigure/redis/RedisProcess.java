/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import io.statefun.services.LocalPorts;
import io.statefun.services.RedisServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.unit.DataSize;
import redis.embedded.core.ExecutableProvider;

/** A Redis server on a port of its own, which can be killed and started again. */
final class RedisProcess implements AutoCloseable {

  private static final int CLUSTER_BUS = 10_000;
  private static final int LAST_PORT = 65_535;

  private static @Nullable File executable;

  private final RedisServer server;

  private RedisProcess(RedisServer server) {
    this.server = server;
  }

  /** Starts a server that keeps its files in a folder. */
  static RedisProcess start(Path folder, String... options) throws IOException {
    return new RedisProcess(
        RedisServer.start(executable().toPath(), folder, LocalPorts.free(), List.of(options)));
  }

  /** Starts a server that may become part of a cluster. */
  static RedisProcess startForCluster(Path folder) throws IOException {
    // The servers of a cluster talk to each other at another port, which is this much higher.
    int port;
    do {
      port = LocalPorts.free();
    } while (port + CLUSTER_BUS > LAST_PORT);
    return new RedisProcess(
        RedisServer.start(
            executable().toPath(), folder, port, List.of("--cluster-enabled", "yes")));
  }

  /** Starts a Sentinel that alone decides when a master, which it calls "test", is lost. */
  static RedisProcess startSentinel(Path folder, RedisProcess master) throws IOException {
    Files.createDirectories(folder);
    Path configuration =
        Files.writeString(
            folder.resolve("sentinel.conf"),
            """
            sentinel monitor test 127.0.0.1 %d 1
            sentinel down-after-milliseconds test 1000
            sentinel failover-timeout test 5000
            """
                .formatted(master.port()));
    return new RedisProcess(
        RedisServer.startSentinel(executable().toPath(), folder, LocalPorts.free(), configuration));
  }

  /** Small chunks, so that there are objects of several. */
  static RedisSnapshotProperties properties(int replicas) {
    return new RedisSnapshotProperties(
        "statefun",
        DataSize.ofKilobytes(64),
        Duration.ofMinutes(10),
        replicas,
        Duration.ofMillis(300));
  }

  /** Starts it again. */
  void start() throws IOException {
    server.restart();
  }

  private static synchronized File executable() throws IOException {
    if (executable == null) {
      executable = ExecutableProvider.newJarResourceProvider().get();
    }
    return executable;
  }

  int port() {
    return server.port();
  }

  /** A client of its own. */
  LettuceConnectionFactory connect() {
    LettuceConnectionFactory connections =
        new LettuceConnectionFactory(
            new RedisStandaloneConfiguration("127.0.0.1", port()),
            LettuceClientConfiguration.builder().commandTimeout(Duration.ofSeconds(10)).build());
    connections.afterPropertiesSet();
    connections.start();
    return connections;
  }

  /** Ends it as a loss of power would. */
  void kill() {
    server.kill();
  }

  @Override
  public void close() {
    server.close();
  }
}
