/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statefun.cluster.Inbox;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.snapshot.ChunkPool;
import io.statefun.state.HeapBackend;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PartitionTest {

  private static final int LARGEST = 200;

  private final Partition partition =
      new Partition(
          0,
          new HeapBackend().open(0),
          Inbox.EMPTY,
          Scratch.inMemory(),
          new ChunkPool(0),
          Set.of(),
          null,
          LARGEST,
          1);

  @Test
  void aMessageForElsewhereLeavesWithTheEpoch() {
    partition.post(7, message(LARGEST / 2));

    assertThat(partition.cut(2).posted)
        .singleElement()
        .satisfies(posted -> assertThat(posted.partition()).isEqualTo(7));
  }

  @Test
  void aMessageThatTheLogWillNeverTakeDoesNot() {
    assertThatThrownBy(() -> partition.post(7, message(LARGEST)))
        .isInstanceOf(UnhandledMessageException.class)
        .hasMessageContaining("at most 200");

    assertThat(partition.cut(2).posted).isEmpty();
  }

  private static Message message(int bytes) {
    return Message.of(
        Address.of(TypeName.of("test", "target"), "a"),
        null,
        TypedValue.ofBytes(TypeName.of("test", "bytes"), new byte[bytes]));
  }
}
