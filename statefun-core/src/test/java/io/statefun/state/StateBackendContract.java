/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.statefun.state.StateBackend.Batch;
import io.statefun.state.StateBackend.Cursor;
import io.statefun.state.StateBackend.PartitionStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What each state backend does. */
@Timeout(120)
public abstract class StateBackendContract {

  private static final byte[] FIRST = {0};
  private static final byte[] LAST = {(byte) 0xff};

  private StateBackend backend;

  /** Opens an empty backend. */
  protected abstract StateBackend create() throws Exception;

  /** Opens again what a backend that has been closed held. */
  protected abstract StateBackend reopen(StateBackend closed) throws Exception;

  @BeforeEach
  final void open() throws Exception {
    backend = create();
  }

  @AfterEach
  final void close() {
    backend.close();
  }

  @Test
  void newPartition_isEmptyAtEpochZero() {
    PartitionStore store = backend.open(3);

    assertThat(store.epoch()).isZero();
    assertThat(store.get(key("a"))).isNull();
    assertThat(entries(store, FIRST, LAST)).isEmpty();
  }

  @Test
  void openTwice_isTheSamePartition() {
    write(backend.open(0), 1, "a", "1");

    assertThat(backend.open(0).get(key("a"))).isEqualTo(key("1"));
  }

  @Test
  void writtenBatch_isVisibleWithItsEpoch() {
    PartitionStore store = backend.open(0);
    write(store, 7, "a", "1", "b", "2");

    assertThat(store.epoch()).isEqualTo(7);
    assertThat(store.get(key("a"))).isEqualTo(key("1"));
    assertThat(store.get(key("b"))).isEqualTo(key("2"));
    assertThat(store.get(key("c"))).isNull();
  }

  @Test
  void unwrittenBatch_hasNoEffect() {
    PartitionStore store = backend.open(0);
    write(store, 1, "a", "1");
    try (Batch batch = store.newBatch()) {
      batch.put(key("a"), key("2"));
      batch.put(key("b"), key("2"));
      batch.delete(key("a"));
      assertThat(store.get(key("a"))).isEqualTo(key("1"));
    }

    assertThat(store.get(key("a"))).isEqualTo(key("1"));
    assertThat(store.get(key("b"))).isNull();
    assertThat(store.epoch()).isEqualTo(1);
  }

  @Test
  void view_staysAsItWasWhileOthersWrite() {
    PartitionStore store = backend.open(0);
    write(store, 1, "a", "1", "b", "1");
    try (StateBackend.View view = store.view()) {
      write(store, 2, "a", "2", "c", "2");
      store.flush();

      assertThat(view.get(key("a"))).isEqualTo(key("1"));
      assertThat(view.get(key("c"))).isNull();
      assertThat(entries(view.scan(FIRST, LAST, true))).containsExactly("a=1", "b=1");
      assertThat(entries(view.scan(key("b"), LAST, false))).containsExactly("b=1");
    }
    assertThat(store.get(key("a"))).isEqualTo(key("2"));
  }

  @Test
  void view_cannotBeUsedAfterTheBackendIsClosed() {
    PartitionStore store = backend.open(0);
    write(store, 1, "a", "1");
    StateBackend.View view = store.view();
    backend.close();

    assertThatIllegalStateException().isThrownBy(() -> view.get(key("a")));
    assertThatIllegalStateException().isThrownBy(store::view);
    view.close();
  }

  @Test
  void view_neverSeesAPartOfABatch() throws Exception {
    PartitionStore store = backend.open(0);
    byte[] large = new byte[1 << 20];
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService writer = Executors.newSingleThreadExecutor();
    try {
      Future<?> writes =
          writer.submit(
              () -> {
                for (int epoch = 1; epoch <= 12; epoch++) {
                  try (Batch batch = store.newBatch()) {
                    for (int i = 0; i < 10; i++) {
                      large[0] = (byte) epoch;
                      batch.put(number(i), large);
                    }
                    batch.write(epoch);
                  }
                }
                done.set(true);
              });
      while (!done.get() && !writes.isDone()) {
        try (StateBackend.View view = store.view()) {
          byte[] first = view.get(number(0));
          byte[] last = view.get(number(9));
          assertThat(last == null ? 0 : last[0]).isEqualTo(first == null ? 0 : first[0]);
        }
      }
      writes.get();
    } finally {
      writer.shutdownNow();
    }
  }

  @Test
  void batchWithoutChanges_setsTheEpoch() {
    PartitionStore store = backend.open(0);
    try (Batch batch = store.newBatch()) {
      batch.write(5);
    }

    assertThat(store.epoch()).isEqualTo(5);
    assertThat(entries(store, FIRST, LAST)).isEmpty();
  }

  @Test
  void lastChangeOfAKeyInABatch_counts() {
    PartitionStore store = backend.open(0);
    try (Batch batch = store.newBatch()) {
      batch.put(key("a"), key("1"));
      batch.put(key("a"), key("2"));
      batch.put(key("b"), key("1"));
      batch.delete(key("b"));
      batch.delete(key("c"));
      batch.put(key("c"), key("3"));
      batch.write(1);
    }

    assertThat(entries(store, FIRST, LAST)).containsExactly("a=2", "c=3");
  }

  @Test
  void writtenBatch_isEmptyAndCanBeUsedAgain() {
    PartitionStore store = backend.open(0);
    try (Batch batch = store.newBatch()) {
      assertThat(batch.bytes()).isZero();
      batch.put(key("a"), key("1"));
      assertThat(batch.bytes()).isPositive();
      batch.write(1);
      assertThat(batch.bytes()).isZero();
      write(store, 2, "a", "other");
      batch.put(key("b"), key("2"));
      batch.write(3);
    }

    assertThat(entries(store, FIRST, LAST)).containsExactly("a=other", "b=2");
    assertThat(store.epoch()).isEqualTo(3);
  }

  @Test
  void arraysOfTheCaller_areNotKept() {
    PartitionStore store = backend.open(0);
    byte[] key = key("a");
    byte[] value = key("1");
    try (Batch batch = store.newBatch()) {
      batch.put(key, value);
      key[0] = 'x';
      value[0] = 'x';
      batch.write(1);
    }
    byte[] read = Objects.requireNonNull(store.get(key("a")));
    assertThat(read).isEqualTo(key("1"));
    read[0] = 'y';

    assertThat(store.get(key("a"))).isEqualTo(key("1"));
  }

  @Test
  void emptyValue_isNotAMissingOne() {
    PartitionStore store = backend.open(0);
    write(store, 1, "a", "");

    assertThat(store.get(key("a"))).isEmpty();
    assertThat(entries(store, FIRST, LAST)).containsExactly("a=");
  }

  @Test
  void keysAndValues_mayBeLarge() {
    PartitionStore store = backend.open(0);
    Random random = new Random(1);
    NavigableMap<byte[], byte[]> expected = new TreeMap<>(Arrays::compareUnsigned);
    try (Batch batch = store.newBatch()) {
      for (int length : new int[] {1, 100, 4_000, 4_096, 5_000, 65_535, 65_536, 70_000}) {
        byte[] key = new byte[length];
        byte[] value = new byte[length * 3];
        random.nextBytes(key);
        random.nextBytes(value);
        key[0] = 1;
        expected.put(key, value);
        batch.put(key, value);
      }
      batch.write(1);
    }

    expected.forEach((key, value) -> assertThat(store.get(key)).isEqualTo(value));
    try (Cursor cursor = store.scan(FIRST, LAST)) {
      expected.forEach(
          (key, value) -> {
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.key()).isEqualTo(key);
            assertThat(cursor.value()).isEqualTo(value);
          });
      assertThat(cursor.next()).isFalse();
    }
  }

  @Test
  void scan_isInTheOrderOfUnsignedBytes() {
    PartitionStore store = backend.open(0);
    byte[][] keys = {{0}, {0, 0}, {1}, {1, (byte) 0xff}, {0x7f}, {(byte) 0x80}, {(byte) 0xfe, -1}};
    try (Batch batch = store.newBatch()) {
      for (int i = keys.length - 1; i >= 0; i--) {
        batch.put(keys[i], new byte[] {(byte) i});
      }
      batch.write(1);
    }

    List<byte[]> scanned = new ArrayList<>();
    try (Cursor cursor = store.scan(FIRST, LAST)) {
      while (cursor.next()) {
        scanned.add(cursor.key());
      }
    }
    assertThat(scanned).containsExactly(keys);
  }

  @Test
  void scan_beginsWithFromAndEndsBeforeTo() {
    PartitionStore store = backend.open(0);
    write(store, 1, "a", "1", "b", "2", "ba", "3", "c", "4", "d", "5");

    assertThat(entries(store, key("b"), key("c"))).containsExactly("b=2", "ba=3");
    assertThat(entries(store, key("aa"), key("bz"))).containsExactly("b=2", "ba=3");
    assertThat(entries(store, key("b"), key("b"))).isEmpty();
    assertThat(entries(store, key("c"), key("b"))).isEmpty();
    assertThat(entries(store, key("x"), LAST)).isEmpty();
    assertThat(entries(store, new byte[0], LAST)).hasSize(5);
  }

  @Test
  void scanToTheEndOfAllKeys_showsNothingOfTheBackend() {
    PartitionStore store = backend.open(0);
    write(store, 1, "a", "1");

    assertThat(entries(store, FIRST, new byte[] {-1, -1, -1, -1})).containsExactly("a=1");
  }

  @Test
  void scan_showsTheEntriesAsTheyWere() {
    PartitionStore store = backend.open(0);
    write(store, 1, "a", "1", "b", "1");
    try (Cursor cursor = store.scan(FIRST, LAST)) {
      try (Batch batch = store.newBatch()) {
        batch.delete(key("a"));
        batch.put(key("b"), key("2"));
        batch.put(key("c"), key("2"));
        batch.write(2);
      }

      assertThat(entries(cursor)).containsExactly("a=1", "b=1");
    }
  }

  @Test
  void cursorAtNoEntry_throws() {
    PartitionStore store = backend.open(0);
    write(store, 1, "a", "1");
    try (Cursor cursor = store.scan(FIRST, LAST)) {
      assertThatIllegalStateException().isThrownBy(cursor::key);
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.next()).isFalse();
      assertThat(cursor.next()).isFalse();
      assertThatIllegalStateException().isThrownBy(cursor::value);
    }
  }

  @Test
  void reservedOrEmptyKey_isRejected() {
    try (Batch batch = backend.open(0).newBatch()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> batch.put(new byte[] {-1, 'e'}, new byte[8]));
      assertThatIllegalArgumentException().isThrownBy(() -> batch.delete(new byte[] {-1, 'e'}));
      assertThatIllegalArgumentException().isThrownBy(() -> batch.put(new byte[0], new byte[8]));
    }
  }

  @Test
  void partitions_areApart() {
    write(backend.open(0), 1, "a", "0");
    write(backend.open(1), 9, "a", "1", "b", "1");
    backend.open(0).clear();

    assertThat(backend.open(0).epoch()).isZero();
    assertThat(entries(backend.open(0), FIRST, LAST)).isEmpty();
    assertThat(backend.open(1).epoch()).isEqualTo(9);
    assertThat(entries(backend.open(1), FIRST, LAST)).containsExactly("a=1", "b=1");
  }

  @Test
  void clearedPartition_canBeWrittenAgain() throws Exception {
    PartitionStore store = backend.open(0);
    write(store, 1, "a", "1", "b", "1");
    store.flush();
    write(store, 2, "c", "2");
    store.clear();
    assertThat(store.epoch()).isZero();
    assertThat(store.get(key("a"))).isNull();
    assertThat(store.get(key("c"))).isNull();
    write(store, 1, "b", "new");

    assertThat(entries(store, FIRST, LAST)).containsExactly("b=new");
    backend.close();
    backend = reopen(backend);
    assertThat(backend.open(0).epoch()).isEqualTo(1);
    assertThat(entries(backend.open(0), FIRST, LAST)).containsExactly("b=new");
  }

  @Test
  void batchInParts_isWhole() throws Exception {
    PartitionStore store = backend.open(0);
    byte[] value = new byte[1_000];
    int count = 20_000;
    try (Batch batch = store.newBatch()) {
      for (int i = 0; i < count; i++) {
        batch.put(number(i), ByteBuffer.wrap(value.clone()).putInt(0, i).array());
      }
      assertThat(batch.bytes()).isBetween(20_000_000L, 24_000_000L);
      batch.write(4);
    }

    for (int i = 0; i < 2; i++) {
      assertThat(backend.open(0).epoch()).isEqualTo(4);
      int seen = 0;
      try (Cursor cursor = backend.open(0).scan(FIRST, LAST)) {
        while (cursor.next()) {
          assertThat(ByteBuffer.wrap(cursor.value()).getInt()).isEqualTo(seen);
          seen++;
        }
      }
      assertThat(seen).isEqualTo(count);
      backend.close();
      backend = reopen(backend);
    }
  }

  @Test
  void reopened_holdsWhatItHeld() throws Exception {
    write(backend.open(0), 3, "a", "1");
    write(backend.open(12), 5, "b", "2");
    backend.open(12).flush();
    write(backend.open(12), 6, "b", "3");
    backend.close();
    backend = reopen(backend);

    assertThat(backend.open(0).epoch()).isEqualTo(3);
    assertThat(backend.open(12).epoch()).isEqualTo(6);
    assertThat(backend.open(7).epoch()).isZero();
    assertThat(entries(backend.open(0), FIRST, LAST)).containsExactly("a=1");
    assertThat(entries(backend.open(12), FIRST, LAST)).containsExactly("b=3");
  }

  @Test
  void closed_refusesEverything() {
    PartitionStore store = backend.open(0);
    write(store, 1, "a", "1");
    Batch batch = store.newBatch();
    batch.put(key("b"), key("1"));
    Cursor cursor = store.scan(FIRST, LAST);
    assertThat(cursor.next()).isTrue();
    backend.close();

    assertThatIllegalStateException().isThrownBy(() -> store.get(key("a")));
    assertThatIllegalStateException().isThrownBy(store::epoch);
    assertThatIllegalStateException().isThrownBy(() -> store.scan(FIRST, LAST));
    assertThatIllegalStateException().isThrownBy(store::newBatch);
    assertThatIllegalStateException().isThrownBy(store::flush);
    assertThatIllegalStateException().isThrownBy(store::clear);
    assertThatIllegalStateException().isThrownBy(() -> batch.write(2));
    assertThatIllegalStateException().isThrownBy(() -> batch.put(key("a"), key("a")));
    assertThatIllegalStateException().isThrownBy(cursor::next);
    assertThatIllegalStateException().isThrownBy(cursor::key);
    assertThatIllegalStateException().isThrownBy(() -> backend.open(1));
    batch.close();
    cursor.close();
    backend.close();
  }

  @Test
  void closedCursorAndBatch_refuseEverything() {
    PartitionStore store = backend.open(0);
    Batch batch = store.newBatch();
    batch.close();
    batch.close();
    Cursor cursor = store.scan(FIRST, LAST);
    cursor.close();
    cursor.close();

    assertThatIllegalStateException().isThrownBy(() -> batch.put(key("a"), key("a")));
    assertThatIllegalStateException().isThrownBy(() -> batch.write(1));
    assertThatIllegalStateException().isThrownBy(cursor::next);
  }

  @Test
  void readsInOtherThreads_neverSeeHalfABatch() throws Exception {
    PartitionStore store = backend.open(0);
    write(store, 1, "a", "1", "z", "1");
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService readers = Executors.newFixedThreadPool(3);
    try {
      List<Future<Integer>> results = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        results.add(
            readers.submit(
                () -> {
                  int scans = 0;
                  do {
                    List<String> seen = entries(store, FIRST, LAST);
                    assertThat(seen).hasSize(2);
                    assertThat(seen.get(0).substring(2)).isEqualTo(seen.get(1).substring(2));
                    assertThat(store.get(key("z"))).isNotNull();
                    scans++;
                  } while (!done.get());
                  return scans;
                }));
      }
      for (int epoch = 2; epoch < 3_000; epoch++) {
        write(store, epoch, "a", "" + epoch, "z", "" + epoch);
        if (epoch % 500 == 0) {
          store.flush();
        }
      }
      done.set(true);
      for (Future<Integer> result : results) {
        assertThat(result.get()).isPositive();
      }
    } finally {
      done.set(true);
      readers.shutdownNow();
    }
  }

  @Test
  void closeDuringReads_endsThemInOrder() throws Exception {
    PartitionStore store = backend.open(0);
    write(store, 1, "a", "1", "b", "1");
    ExecutorService readers = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> results = new ArrayList<>();
      CountDownLatch reading = new CountDownLatch(3);
      for (int i = 0; i < 3; i++) {
        results.add(
            readers.submit(
                () ->
                    assertThatIllegalStateException()
                        .isThrownBy(
                            () -> {
                              for (int n = 0; ; n++) {
                                assertThat(store.get(key("a"))).isNotNull();
                                entries(store, FIRST, LAST);
                                if (n == 10) {
                                  reading.countDown();
                                }
                              }
                            })));
      }
      reading.await();
      backend.close();
      for (Future<?> result : results) {
        result.get();
      }
    } finally {
      readers.shutdownNow();
    }
  }

  @Test
  void randomChanges_agreeWithASortedMap() throws Exception {
    Random random = new Random(42);
    NavigableMap<String, String> model = new TreeMap<>();
    for (int epoch = 1; epoch <= 300; epoch++) {
      PartitionStore store = backend.open(2);
      try (Batch batch = store.newBatch()) {
        for (int i = random.nextInt(20); i > 0; i--) {
          String key = "k" + random.nextInt(60);
          if (random.nextInt(3) == 0) {
            batch.delete(key(key));
            model.remove(key);
          } else {
            String value = "v" + random.nextInt();
            batch.put(key(key), key(value));
            model.put(key, value);
          }
        }
        batch.write(epoch);
      }
      switch (random.nextInt(12)) {
        case 0 -> store.flush();
        case 1 -> {
          if (random.nextInt(4) == 0) {
            store.clear();
            model.clear();
            epoch = Math.max(epoch, 1);
            try (Batch batch = store.newBatch()) {
              batch.write(epoch);
            }
          }
        }
        case 2 -> {
          if (random.nextInt(3) == 0) {
            backend.close();
            backend = reopen(backend);
            store = backend.open(2);
          }
        }
        default -> {}
      }
      assertThat(store.epoch()).isEqualTo(epoch);
      List<String> expected = new ArrayList<>();
      for (Map.Entry<String, String> entry : model.entrySet()) {
        expected.add(entry.getKey() + "=" + entry.getValue());
      }
      assertThat(entries(store, FIRST, LAST)).isEqualTo(expected);
      String probe = "k" + random.nextInt(60);
      String value = model.get(probe);
      assertThat(store.get(key(probe))).isEqualTo(value == null ? null : key(value));
    }
  }

  private static void write(PartitionStore store, long epoch, String... keysAndValues) {
    try (Batch batch = store.newBatch()) {
      for (int i = 0; i < keysAndValues.length; i += 2) {
        batch.put(key(keysAndValues[i]), key(keysAndValues[i + 1]));
      }
      batch.write(epoch);
    }
  }

  private static List<String> entries(PartitionStore store, byte[] from, byte[] to) {
    try (Cursor cursor = store.scan(from, to)) {
      return entries(cursor);
    }
  }

  private static List<String> entries(Cursor cursor) {
    List<String> entries = new ArrayList<>();
    while (cursor.next()) {
      entries.add(text(cursor.key()) + "=" + text(cursor.value()));
    }
    return entries;
  }

  private static byte[] number(int number) {
    return ByteBuffer.allocate(5).put((byte) 1).putInt(number).array();
  }

  private static byte[] key(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
