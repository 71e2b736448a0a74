/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.wire.ByteWriter;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LeaseTest {

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();

  @Test
  void oneHasItUntilItGivesItBack() throws Exception {
    Lease.Asker asker = new Lease.Asker(store);
    Lease.Asker other = new Lease.Asker(store);
    try (Lease lease = asker.ask()) {
      assertThat(lease).isNotNull();
      assertThat(other.ask()).isNull();
      assertThat(other.holder()).contains("process " + ProcessHandle.current().pid());
    }

    try (Lease lease = other.ask()) {
      assertThat(lease).isNotNull();
      assertThat(asker.ask()).isNull();
    }
  }

  @Test
  void thatOfAProcessThatIsGoneIsTaken() throws Exception {
    try (Lease lease = new Lease.Asker(store).ask()) {
      assertThat(lease).isNotNull();
    }
    String name = Objects.requireNonNull(store.list("").get(0));
    byte[] released = store.read(name, 0, (int) store.size(name));
    store.delete(name);
    // Held, by a process with this one's number that was started at another time.
    released[16] = 1;
    released[released.length - 1] ^= 1;
    assertThat(store.create(name, BaseStore.content(new ByteWriter(64).writeRaw(released))))
        .isTrue();

    try (Lease lease = new Lease.Asker(store).ask()) {
      assertThat(lease).isNotNull();
    }
  }
}
