/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.state.StateBackend;
import io.statefun.wire.StoredBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChannelRecorderTest {

  private static final int MESSAGE_BYTES = 10_000;
  private static final int SENDER = 3;

  private final CountingScratch scratch = new CountingScratch(10_000_000);
  private final ChannelRecorder recorder = new ChannelRecorder(List.of(SENDER, 4), scratch);

  @Test
  void whatIsSentBeforeTheMarkersIsKeptInItsOrder() {
    for (int number = 0; number < 300; number++) {
      recorder.add(SENDER, message(number));
    }
    recorder.mark(Set.of(SENDER));
    recorder.add(SENDER, message(1_000));
    recorder.add(4, message(300));
    assertThat(recorder.isComplete()).isFalse();
    recorder.mark(Set.of(4));

    assertThat(recorder.isComplete()).isTrue();
    assertThat(ids()).hasSize(301).startsWith("0", "1", "2").endsWith("299", "300");
  }

  @Test
  void whatComesFromOutsideIsKeptUntilTheLastMarkerHasCome() {
    recorder.add(Posting.OUTSIDE, message(1));
    recorder.mark(Set.of(SENDER));
    recorder.add(Posting.OUTSIDE, message(2));
    recorder.mark(Set.of(4));
    recorder.add(Posting.OUTSIDE, message(3));

    assertThat(ids()).containsExactly("1", "2");
  }

  private List<String> ids() {
    List<String> ids = new ArrayList<>();
    StateBackend.Cursor content = recorder.content();
    while (content.next()) {
      Chunks.unpack(content.value()).forEach(message -> ids.add(message.target().id()));
    }
    return ids;
  }

  @Test
  void onlyOnePieceIsInMemoryWhenThePartIsWritten() {
    for (int number = 0; number < 100; number++) {
      recorder.add(SENDER, message(number));
    }
    recorder.mark(Set.of(SENDER, 4));

    StateBackend.Cursor content = recorder.content();

    assertThat(scratch.loads).isZero();
    assertThat(content.next()).isTrue();
    assertThat(scratch.loads).isEqualTo(1);
    assertThat(content.value().length).isLessThan(100_000);
  }

  @Test
  void whatIsMoreThanMayRestIsNotTaken() {
    for (int number = 0; number < 2_000; number++) {
      recorder.add(SENDER, message(number));
    }

    assertThat(recorder.isAbandoned()).isTrue();
    assertThat(scratch.stored).isLessThan(11_000_000);
  }

  @Test
  void aScratchInMemoryTakesLessThanOneOnDisk() {
    assertThat(Scratch.inMemory().channelBytes()).isLessThan(scratch.ofDisk());
  }

  private static Message message(int number) {
    return Message.of(
        Address.of(TypeName.of("test", "target"), "" + number),
        null,
        TypedValue.ofBytes(TypeName.of("test", "bytes"), new byte[MESSAGE_BYTES]));
  }

  private static final class CountingScratch implements Scratch {

    private final long limit;
    private long stored;
    private int loads;

    CountingScratch(long limit) {
      this.limit = limit;
    }

    @Override
    public StoredBytes store(byte[] bytes) {
      stored += bytes.length;
      return new StoredBytes() {
        @Override
        public int length() {
          return bytes.length;
        }

        @Override
        public byte[] load() {
          loads++;
          return bytes;
        }
      };
    }

    @Override
    public long channelBytes() {
      return limit;
    }

    long ofDisk() {
      return Scratch.super.channelBytes();
    }
  }
}
