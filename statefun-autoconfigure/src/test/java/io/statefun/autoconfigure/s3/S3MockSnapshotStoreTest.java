/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import io.statefun.services.LocalPorts;
import io.statefun.services.S3Server;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.snapshot.SnapshotStoreContract;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * On a server that others have written to the interface of S3. It runs in a process of its own, as
 * its libraries are others. Its conditional puts are not atomic in a race, which is why there is
 * none here.
 */
class S3MockSnapshotStoreTest extends SnapshotStoreContract {

  private static final Path CLASS_PATH = Path.of("target/s3mock.classpath");

  @TempDir private static Path directory;

  private static S3Server server;
  private static URI endpoint;

  private final String prefix = "test/" + UUID.randomUUID();

  @BeforeAll
  static void start() throws Exception {
    server =
        S3Server.start(
            Files.readString(CLASS_PATH), directory, LocalPorts.free(), S3Endpoint.BUCKET);
    endpoint = URI.create("http://127.0.0.1:" + server.port());
  }

  @AfterAll
  static void stop() {
    server.close();
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
}
