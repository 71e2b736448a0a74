/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import io.statefun.snapshot.SnapshotStore;
import io.statefun.snapshot.SnapshotStoreContract;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** On an endpoint whose conditional puts are atomic, also in a race. */
class S3SnapshotStoreTest extends SnapshotStoreContract {

  private static S3Endpoint endpoint;

  private final String prefix = "test/" + UUID.randomUUID();

  @BeforeAll
  static void start() throws Exception {
    endpoint = new S3Endpoint();
  }

  @AfterAll
  static void stop() {
    endpoint.close();
  }

  @Override
  protected SnapshotStore create() throws Exception {
    return S3Stores.open(endpoint.uri(), prefix);
  }

  @Override
  protected SnapshotStore another(SnapshotStore store) throws Exception {
    return S3Stores.open(endpoint.uri(), prefix);
  }

  @Override
  protected int rounds() {
    return 50;
  }
}
