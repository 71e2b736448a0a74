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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import redis.embedded.core.ExecutableProvider;

/** A Redis server on a port of its own, which can be killed and started again. */
final class RedisProcess implements AutoCloseable {

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
