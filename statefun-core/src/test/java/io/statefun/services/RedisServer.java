/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.services;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Redis server, as a process of its own that can be killed and started again on its files. It
 * listens on the loopback interface, and ends with the process that started it. Not for use by
 * several threads.
 */
public final class RedisServer implements AutoCloseable {

  private static final int ANSWER_MILLIS = 1_000;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Path executable;
  private final Path directory;
  private final List<String> options;
  private final int port;
  private @Nullable Process process;

  private RedisServer(Path executable, Path directory, int port, List<String> options) {
    this.executable = executable;
    this.directory = directory;
    this.port = port;
    this.options = List.copyOf(options);
  }

  /**
   * Starts a server that loses nothing it has acknowledged: everything is forced to its disk.
   *
   * @param executable the server's program
   * @param directory where its files are; what is there of an earlier one is taken up
   */
  public static RedisServer startDurable(Path executable, Path directory) throws IOException {
    return startDurable(executable, directory, LocalPorts.free());
  }

  /** Starts such a server at a port. */
  public static RedisServer startDurable(Path executable, Path directory, int port)
      throws IOException {
    return start(
        executable, directory, port, List.of("--appendonly", "yes", "--appendfsync", "always"));
  }

  /** Starts a server with options of its own. */
  public static RedisServer start(Path executable, Path directory, int port, List<String> options)
      throws IOException {
    List<String> all = new ArrayList<>(List.of("--save", "", "--repl-diskless-sync-delay", "0"));
    all.addAll(options);
    return startWith(executable, directory, port, all);
  }

  /**
   * Starts a Sentinel.
   *
   * @param configuration what it watches, in a file that it will change
   */
  public static RedisServer startSentinel(
      Path executable, Path directory, int port, Path configuration) throws IOException {
    return startWith(executable, directory, port, List.of("" + configuration, "--sentinel"));
  }

  private static RedisServer startWith(
      Path executable, Path directory, int port, List<String> options) throws IOException {
    Files.createDirectories(directory);
    RedisServer server = new RedisServer(executable, directory, port, options);
    server.restart();
    return server;
  }

  /** Starts it, on what it had, and waits until it answers. */
  public void restart() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(executable.toString());
    command.addAll(options);
    command.addAll(List.of("--port", "" + port, "--bind", "127.0.0.1", "--dir", "" + directory));
    Process started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("redis.log").toFile()))
            .start();
    process = started;
    Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!answers()) {
      if (!started.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("Redis does not start: see redis.log in " + directory);
      }
      LocalPorts.pause();
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), ANSWER_MILLIS);
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read() == '+';
    } catch (IOException e) {
      return false;
    }
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  /** The process. */
  public ProcessHandle process() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("Redis does not run");
    }
    return running.toHandle();
  }

  /** Kills it without warning, as kill -9 does, and waits until it is gone. */
  public void kill() {
    if (process != null) {
      LocalPorts.kill(process);
      process = null;
    }
  }

  @Override
  public void close() {
    kill();
  }
}
