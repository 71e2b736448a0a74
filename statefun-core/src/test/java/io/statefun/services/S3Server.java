/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.services;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * S3Mock, a server with the interface of S3, as a process of its own that keeps its objects when it
 * is started again. It listens on the loopback interface, and ends with the process that started
 * it. Its conditional puts are not atomic in a race.
 */
public final class S3Server implements AutoCloseable {

  private static final String PROPERTIES = "--com.adobe.testing.s3mock.store.";
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

  private final Process process;
  private final int port;

  private S3Server(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it, and waits until it takes connections.
   *
   * @param classPath that of the server
   * @param directory where its objects are
   * @param bucket a bucket that is there from the start
   */
  public static S3Server start(String classPath, Path directory, int port, String bucket)
      throws IOException {
    Files.createDirectories(directory);
    Path log = directory.resolve("s3mock.log");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx384m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    classPath + ":" + ownClasses(),
                    S3MockOnLoopback.class.getName(),
                    "--server.address=127.0.0.1",
                    "--server.port=" + port,
                    "--server.ssl.enabled=false",
                    PROPERTIES + "root=" + directory.resolve("objects"),
                    PROPERTIES + "retain-files-on-exit=true",
                    PROPERTIES + "initial-buckets=" + bucket))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    S3Server server = new S3Server(process, port);
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!server.answers()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("The S3 server does not start: see " + log);
      }
      LocalPorts.pause();
    }
    return server;
  }

  private static Path ownClasses() {
    return Path.of(
        URI.create(
            S3MockOnLoopback.class.getProtectionDomain().getCodeSource().getLocation().toString()));
  }

  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  @Override
  public void close() {
    LocalPorts.kill(process);
  }
}
