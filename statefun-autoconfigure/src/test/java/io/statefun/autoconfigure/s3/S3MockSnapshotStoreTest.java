/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import static org.awaitility.Awaitility.await;

import io.statefun.snapshot.SnapshotStore;
import io.statefun.snapshot.SnapshotStoreContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * On a server that others have written to the interface of S3. It runs in a process of its own, as
 * its libraries are others. Its conditional puts are not atomic in a race, which is why there is
 * none here.
 */
class S3MockSnapshotStoreTest extends SnapshotStoreContract {

  private static final Path CLASS_PATH = Path.of("target/s3mock.classpath");
  private static final Path OUTPUT = Path.of("target/s3mock.log");

  private static Process server;
  private static URI endpoint;

  private final String prefix = "test/" + UUID.randomUUID();

  @BeforeAll
  static void start() throws Exception {
    int port = freePort();
    endpoint = URI.create("http://127.0.0.1:" + port);
    server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:TieredStopAtLevel=1",
                "-Dserver.port=" + freePort(),
                "-Dcom.adobe.testing.s3mock.httpPort=" + port,
                "-cp",
                Files.readString(CLASS_PATH),
                "com.adobe.testing.s3mock.S3MockApplication")
            .redirectErrorStream(true)
            .redirectOutput(OUTPUT.toFile())
            .start();
    await()
        .atMost(Duration.ofSeconds(90))
        .failFast("The server has ended, see " + OUTPUT, () -> !server.isAlive())
        .until(() -> answers(port));
    try (S3Client client = S3Clients.create(S3Stores.properties(endpoint), S3Stores.CREDENTIALS)) {
      client.createBucket(create -> create.bucket(S3Endpoint.BUCKET));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    server.destroy();
    server.waitFor();
  }

  @Override
  protected SnapshotStore create() throws Exception {
    return S3Stores.open(endpoint, prefix);
  }

  @Override
  protected SnapshotStore another(SnapshotStore store) throws Exception {
    return S3Stores.open(endpoint, prefix);
  }

  @Override
  protected int rounds() {
    return 0;
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
