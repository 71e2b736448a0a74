/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each snapshot store does. */
@Timeout(120)
public abstract class SnapshotStoreContract {

  private static final int BIG = 64 << 20;

  private SnapshotStore store;

  /** Opens an empty store. */
  protected abstract SnapshotStore create() throws Exception;

  /**
   * Opens another handle on the objects of a store, as another process would. If that is possible
   * only when the store is closed, this closes it.
   */
  protected abstract SnapshotStore another(SnapshotStore store) throws Exception;

  /** How often threads race for a name. */
  protected int rounds() {
    return 200;
  }

  @BeforeEach
  final void open() throws Exception {
    store = create();
  }

  @AfterEach
  final void close() throws Exception {
    store.close();
  }

  @Test
  void createdObject_exists() throws Exception {
    assertThat(store.size("a/b")).isEqualTo(-1);
    assertThat(store.create("a/b", content("hello"))).isTrue();

    assertThat(store.size("a/b")).isEqualTo(5);
    assertThat(text(store.read("a/b", 0, 5))).isEqualTo("hello");
  }

  @Test
  void secondCreate_changesNothing() throws Exception {
    store.create("a", content("first"));

    assertThat(store.create("a", content("second"))).isFalse();
    assertThat(text(store.read("a", 0, 5))).isEqualTo("first");
  }

  @Test
  void emptyObject_exists() throws Exception {
    assertThat(store.create("empty", content(""))).isTrue();

    assertThat(store.size("empty")).isZero();
    assertThat(store.read("empty", 0, 0)).isEmpty();
    assertThat(store.list("")).containsExactly("empty");
    assertThat(store.create("empty", content("x"))).isFalse();
  }

  @Test
  void read_returnsTheRange() throws Exception {
    store.create("a", content("0123456789"));

    assertThat(text(store.read("a", 3, 4))).isEqualTo("3456");
    assertThat(text(store.read("a", 9, 1))).isEqualTo("9");
    assertThat(store.read("a", 10, 0)).isEmpty();
  }

  @Test
  void readBehindTheEnd_throwsEof() throws Exception {
    store.create("a", content("0123456789"));

    assertThatExceptionOfType(EOFException.class).isThrownBy(() -> store.read("a", 8, 3));
    assertThatExceptionOfType(EOFException.class).isThrownBy(() -> store.read("a", 11, 1));
    assertThatExceptionOfType(EOFException.class)
        .isThrownBy(() -> store.read("a", Long.MAX_VALUE, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> store.read("a", -1, 1));
  }

  @Test
  void readOfAMissingObject_throwsNoSuchFile() throws Exception {
    store.create("a/b", content("x"));

    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.read("x", 0, 1));
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> store.read("x/y/z", 0, 1));
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.read("a", 0, 1));
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> store.read("a/b/c", 0, 1));
  }

  @Test
  void list_isSortedAndTakesAnyPrefix() throws Exception {
    for (String name :
        List.of("e/2", "e/10", "e/1", "f", "e-1", "e.1/x", "e0", "E", "e/1.a/deep/er", "d_")) {
      assertThat(store.create(name, content(name))).isTrue();
    }

    assertThat(store.list(""))
        .containsExactly(
            "E", "d_", "e-1", "e.1/x", "e/1", "e/1.a/deep/er", "e/10", "e/2", "e0", "f");
    assertThat(store.list("e"))
        .containsExactly("e-1", "e.1/x", "e/1", "e/1.a/deep/er", "e/10", "e/2", "e0");
    assertThat(store.list("e/")).containsExactly("e/1", "e/1.a/deep/er", "e/10", "e/2");
    assertThat(store.list("e/1")).containsExactly("e/1", "e/1.a/deep/er", "e/10");
    assertThat(store.list("e/1.")).containsExactly("e/1.a/deep/er");
    assertThat(store.list("e.")).containsExactly("e.1/x");
    assertThat(store.list("e/10")).containsExactly("e/10");
    assertThat(store.list("e/100")).isEmpty();
    assertThat(store.list("f/")).isEmpty();
    assertThat(store.list("no/such/place")).isEmpty();
  }

  @Test
  void list_ofAnEmptyStore_isEmpty() throws Exception {
    assertThat(store.list("")).isEmpty();
    assertThat(store.list("a/")).isEmpty();
  }

  @Test
  void deletedObject_isGoneAndCanBeCreatedAgain() throws Exception {
    store.create("a/b", content("first"));
    store.delete("a/b");
    store.delete("a/b");
    store.delete("never/there");

    assertThat(store.size("a/b")).isEqualTo(-1);
    assertThat(store.list("")).isEmpty();
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.read("a/b", 0, 1));
    assertThat(store.create("a/b", content("second"))).isTrue();
    assertThat(text(store.read("a/b", 0, 6))).isEqualTo("second");
  }

  @Test
  void deleteOfADirectory_deletesNothing() throws Exception {
    store.create("a/b", content("x"));
    store.delete("a");

    assertThat(store.size("a/b")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", "a b", "a\\b", "ä", "a:b",
        "a\0b", "a\n", "~", "a*"
      })
  void wrongName_isRejected(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> store.create(name, content("x")));
    assertThatIllegalArgumentException().isThrownBy(() -> store.size(name));
    assertThatIllegalArgumentException().isThrownBy(() -> store.read(name, 0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> store.delete(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "../", "a/../", "a//", "*", "a b"})
  void wrongPrefix_isRejected(String prefix) {
    assertThatIllegalArgumentException().isThrownBy(() -> store.list(prefix));
  }

  @Test
  void contentOfAnotherLengthThanItTells_isNotStored() throws Exception {
    SnapshotStore.Content wrong =
        new SnapshotStore.Content() {
          @Override
          public long length() {
            return 10;
          }

          @Override
          public void writeTo(WritableByteChannel channel) throws IOException {
            channel.write(ByteBuffer.wrap(new byte[9]));
          }
        };

    assertThatIOException().isThrownBy(() -> store.create("a", wrong));
    assertThat(store.size("a")).isEqualTo(-1);
    assertThat(store.create("a", content("right"))).isTrue();
  }

  @Test
  void contentThatFails_isNotStored() throws Exception {
    SnapshotStore.Content failing =
        new SnapshotStore.Content() {
          @Override
          public long length() {
            return 10;
          }

          @Override
          public void writeTo(WritableByteChannel channel) throws IOException {
            channel.write(ByteBuffer.wrap(new byte[5]));
            throw new IOException("expected");
          }
        };

    assertThatIOException()
        .isThrownBy(() -> store.create("a", failing))
        .withMessageContaining("expected");
    assertThat(store.size("a")).isEqualTo(-1);
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void bigContent_isStreamed() throws Exception {
    assertThat(store.create("big", new Big(5))).isTrue();

    assertThat(store.size("big")).isEqualTo(BIG);
    for (int position : new int[] {0, 1, Big.CHUNK - 3, 7 * Big.CHUNK + 11, BIG - 100}) {
      assertThat(store.read("big", position, 100)).isEqualTo(new Big(5).range(position, 100));
    }
    assertThatExceptionOfType(EOFException.class).isThrownBy(() -> store.read("big", BIG - 1, 2));
  }

  @Test
  void threadsThatRaceForAName_haveOneWinner() throws Exception {
    int threads = 8;
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<List<Boolean>>> futures = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        String mine = "content of " + t;
        futures.add(
            executor.submit(
                () -> {
                  List<Boolean> won = new ArrayList<>();
                  for (int round = 0; round < rounds(); round++) {
                    start.await();
                    won.add(store.create("race/" + round, content(mine)));
                  }
                  return won;
                }));
      }
      List<List<Boolean>> results = new ArrayList<>();
      for (Future<List<Boolean>> future : futures) {
        results.add(future.get());
      }
      for (int round = 0; round < rounds(); round++) {
        List<String> winners = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
          if (results.get(t).get(round)) {
            winners.add("content of " + t);
          }
        }
        String stored = text(store.read("race/" + round, 0, 12));
        assertThat(winners).as("round %d", round).containsExactly(stored);
      }
      assertThat(store.list("race/")).hasSize(rounds());
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void objects_areVisibleThroughAnotherHandle() throws Exception {
    store.create("a/b", content("first"));
    store.create("a/c", content("gone"));
    store.delete("a/c");
    try (SnapshotStore other = another(store)) {
      assertThat(other.list("")).containsExactly("a/b");
      assertThat(text(other.read("a/b", 0, 5))).isEqualTo("first");
      assertThat(other.create("a/b", content("second"))).isFalse();
      assertThat(other.create("a/c", content("new"))).isTrue();
    }
  }

  @Test
  void closedStore_refusesEverything() throws Exception {
    store.create("a", content("x"));
    store.close();
    store.close();

    assertThatIOException().isThrownBy(() -> store.create("b", content("x")));
    assertThatIOException().isThrownBy(() -> store.size("a"));
    assertThatIOException().isThrownBy(() -> store.read("a", 0, 1));
    assertThatIOException().isThrownBy(() -> store.list(""));
    assertThatIOException().isThrownBy(() -> store.delete("a"));
  }

  /** A content of a few characters. */
  public static SnapshotStore.Content content(String text) {
    return content(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A content of bytes. */
  public static SnapshotStore.Content content(byte[] bytes) {
    return new SnapshotStore.Content() {
      @Override
      public long length() {
        return bytes.length;
      }

      @Override
      public void writeTo(WritableByteChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
    };
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Random bytes, a chunk after another. */
  private record Big(int seed) implements SnapshotStore.Content {

    static final int CHUNK = 1 << 20;

    @Override
    public long length() {
      return BIG;
    }

    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
      for (int i = 0; i < BIG / CHUNK; i++) {
        ByteBuffer buffer = ByteBuffer.wrap(chunk(i));
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
    }

    byte[] range(int position, int length) {
      int first = position / CHUNK;
      ByteBuffer two = ByteBuffer.allocate(2 * CHUNK).put(chunk(first)).put(chunk(first + 1));
      byte[] range = new byte[length];
      two.get(position % CHUNK, range);
      return range;
    }

    private byte[] chunk(int number) {
      byte[] chunk = new byte[CHUNK];
      new Random(seed * 1_000L + number).nextBytes(chunk);
      return chunk;
    }
  }
}
