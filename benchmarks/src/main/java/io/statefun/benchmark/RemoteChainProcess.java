/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** The process with the functions of the chain, {@code RemoteChainServer}. */
public final class RemoteChainProcess implements AutoCloseable {

  private static final String SERVER = "io.statefun.benchmark.RemoteChainServer";

  private final Process process;
  private final BufferedReader output;
  private final int port;

  /** Starts it with the libraries of a class path. */
  public RemoteChainProcess(String classPath, int keys) throws IOException {
    this.process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx256m",
                "-XX:+UseParallelGC",
                "-Dsun.net.httpserver.nodelay=true",
                "-Dsun.net.httpserver.maxIdleConnections=2000",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                classPath,
                SERVER,
                Integer.toString(keys))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.port = Integer.parseInt(line());
  }

  private String line() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("The process with the functions has ended");
    }
    return line;
  }

  public int port() {
    return port;
  }

  /** What it has done since it began. */
  public Usage usage() throws IOException {
    process.getOutputStream().write('?');
    process.getOutputStream().flush();
    String[] numbers = line().split(" ", -1);
    return new Usage(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
  }

  @Override
  public void close() {
    process.destroy();
  }

  /**
   * What a process has done.
   *
   * @param cpuNanos how long processors worked for it
   * @param calls how often it was called
   */
  public record Usage(long cpuNanos, long calls) {}
}
