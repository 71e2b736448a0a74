/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.services;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server for Node.js, as a process of its own that can be killed and started again at its port.
 * The program takes {@code --port} and {@code --parent}, prints {@code Listening on port} when it
 * does, and ends with the process that started it. Not for use by several threads.
 */
public final class NodeServer implements AutoCloseable {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final NodePackage program;
  private final List<String> command;
  private final File log;
  private final int port;
  private @Nullable Process process;

  private NodeServer(NodePackage program, List<String> command, File log, int port) {
    this.program = program;
    this.command = command;
    this.log = log;
    this.port = port;
  }

  /**
   * Starts a server at a free port.
   *
   * @param script the program's file in the folder of the package
   * @param log where it writes
   */
  public static NodeServer start(NodePackage program, String script, File log, String... arguments)
      throws IOException {
    int port = LocalPorts.free();
    List<String> command =
        new ArrayList<>(
            List.of("node", script, "--port=" + port, "--parent=" + ProcessHandle.current().pid()));
    command.addAll(List.of(arguments));
    NodeServer server = new NodeServer(program, command, log, port);
    server.restart();
    return server;
  }

  /** Starts it again, and waits until it listens. */
  public void restart() throws IOException {
    kill();
    Process started =
        new ProcessBuilder(command)
            .directory(program.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    process = started;
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!Files.readString(log.toPath()).contains("Listening on port " + port)) {
      if (!started.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("It does not start: " + Files.readString(log.toPath()));
      }
      LocalPorts.pause();
    }
  }

  /** Where it listens. */
  public String url() {
    return "http://127.0.0.1:" + port;
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
