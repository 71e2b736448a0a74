/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.services;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server with the interface of S3. Its libraries are others than the sample's, so it has a class
 * path of its own, which the build writes.
 */
final class S3MockProcess {

  private static final Path CLASS_PATH = Path.of("target/s3mock.classpath");
  private static final Path TEST_CLASSES = Path.of("target/test-classes");
  private static final String PROPERTIES = "--com.adobe.testing.s3mock.store.";
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final long PAUSE_MILLIS = 100;

  private S3MockProcess() {}

  /** Starts it, on the objects that it had before, and waits until it takes connections. */
  static void start(Path directory, int port, String bucket)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Path log = directory.resolve("s3mock.log");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx384m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    Files.readString(CLASS_PATH) + ":" + TEST_CLASSES,
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
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!answers(port)) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("The S3 server does not start: see " + log);
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
