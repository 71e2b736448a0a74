/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import redis.embedded.core.ExecutableProvider;

/** A Redis server on a port of its own, which can be killed and started again. */
final class RedisProcess implements AutoCloseable {

  private static @Nullable File executable;

  private final Path folder;
  private final List<String> options;
  private final int port;
  private @Nullable Process process;

  private RedisProcess(Path folder, List<String> options) throws IOException {
    this.folder = folder;
    this.options = options;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = socket.getLocalPort();
    }
  }

  /** Starts a server that keeps its files in a folder. */
  static RedisProcess start(Path folder, String... options) throws IOException {
    RedisProcess redis = new RedisProcess(folder, List.of(options));
    redis.start();
    return redis;
  }

  /** Starts it again. */
  void start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(executable().getAbsolutePath());
    command.addAll(List.of("--port", "" + port, "--bind", "127.0.0.1", "--dir", "" + folder));
    command.addAll(List.of("--save", "", "--repl-diskless-sync-delay", "0"));
    command.addAll(options);
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("redis.log").toFile())
            .start();
    await().atMost(Duration.ofSeconds(30)).until(this::answers);
  }

  private static synchronized File executable() throws IOException {
    if (executable == null) {
      executable = ExecutableProvider.newJarResourceProvider().get();
    }
    return executable;
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
      socket.setSoTimeout(1_000);
      socket.getOutputStream().write(RedisKeys.bytes("PING\r\n"));
      return socket.getInputStream().read() == '+';
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  /** A client of its own. */
  LettuceConnectionFactory connect() {
    LettuceConnectionFactory connections =
        new LettuceConnectionFactory(
            new RedisStandaloneConfiguration("127.0.0.1", port),
            LettuceClientConfiguration.builder().commandTimeout(Duration.ofSeconds(10)).build());
    connections.afterPropertiesSet();
    connections.start();
    return connections;
  }

  /** Ends it as a loss of power would. */
  void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
