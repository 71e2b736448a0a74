/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

class InMemorySnapshotStoreTest extends SnapshotStoreContract {

  @Override
  protected SnapshotStore create() {
    return new InMemorySnapshotStore();
  }

  @Override
  protected SnapshotStore another(SnapshotStore store) {
    return ((InMemorySnapshotStore) store).newHandle();
  }
}
