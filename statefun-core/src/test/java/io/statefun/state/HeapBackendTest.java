/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.statefun.state.StateBackend.Batch;
import io.statefun.state.StateBackend.PartitionStore;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HeapBackendTest extends StateBackendContract {

  @Override
  protected StateBackend create() {
    return new HeapBackend();
  }

  @Override
  protected StateBackend reopen(StateBackend closed) {
    return ((HeapBackend) closed).crash(new Random(1));
  }

  @Test
  void afterACrash_whatWasFlushedIsThere_andABeginningOfTheRest() {
    Set<Long> epochs = new HashSet<>();
    Set<Boolean> equal = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      HeapBackend backend = new HeapBackend();
      for (int epoch = 1; epoch <= 5; epoch++) {
        for (int partition = 0; partition < 2; partition++) {
          write(backend.open(partition), epoch);
          if (epoch == 2) {
            backend.open(partition).flush();
          }
        }
      }
      HeapBackend left = backend.crash(new Random(seed));

      for (int partition = 0; partition < 2; partition++) {
        PartitionStore store = left.open(partition);
        long epoch = store.epoch();
        assertThat(epoch).isBetween(2L, 5L);
        epochs.add(epoch);
        for (byte key = 1; key <= 5; key++) {
          byte[] value = store.get(new byte[] {key});
          assertThat(value != null).isEqualTo(key <= epoch);
        }
        assertThat(store.get(new byte[] {100})).containsExactly((int) epoch);
      }
      equal.add(left.open(0).epoch() == left.open(1).epoch());
      assertThatIllegalStateException().isThrownBy(() -> backend.open(0));
    }
    assertThat(epochs).containsExactlyInAnyOrder(2L, 3L, 4L, 5L);
    assertThat(equal).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void aCrashInALargeBatch_leavesTheEpochBefore() {
    boolean partial = false;
    for (int seed = 0; seed < 100; seed++) {
      HeapBackend backend = new HeapBackend(100);
      try (Batch batch = backend.open(0).newBatch()) {
        for (byte i = 1; i <= 10; i++) {
          batch.put(new byte[] {i}, new byte[80]);
        }
        batch.write(1);
      }
      PartitionStore store = backend.crash(new Random(seed)).open(0);

      int found = 0;
      for (byte i = 1; i <= 10; i++) {
        found += store.get(new byte[] {i}) == null ? 0 : 1;
      }
      assertThat(store.epoch()).isEqualTo(found == 10 ? 1 : 0);
      partial |= found > 0 && found < 10;
    }
    assertThat(partial).isTrue();
  }

  private static void write(PartitionStore store, int epoch) {
    try (Batch batch = store.newBatch()) {
      batch.put(new byte[] {(byte) epoch}, new byte[] {1});
      batch.put(new byte[] {100}, new byte[] {(byte) epoch});
      batch.write(epoch);
    }
  }
}
