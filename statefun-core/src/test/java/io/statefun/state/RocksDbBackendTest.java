/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.statefun.state.StateBackend.Batch;
import io.statefun.state.StateBackend.Cursor;
import io.statefun.state.StateBackend.PartitionStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

class RocksDbBackendTest extends StateBackendContract {

  private static final int PARTITIONS = 3;

  @TempDir Path folder;

  @Override
  protected StateBackend create() {
    return RocksDbBackend.in(folder.resolve("contract")).open();
  }

  @Override
  protected StateBackend reopen(StateBackend closed) {
    return create();
  }

  @Test
  void tellsItsMemoryAndFilesUntilItIsClosed() {
    RocksDbBackend backend = openState();
    PartitionStore partition = backend.open(0);
    try (Batch batch = partition.newBatch()) {
      batch.put(new byte[] {1}, new byte[10_000]);
      batch.write(1);
    }
    assertThat(backend.measure(StateBackend.Measure.ENTRIES)).isPositive();
    partition.flush();
    assertThat(backend.measure(StateBackend.Measure.LIVE_FILE_BYTES)).isPositive();
    for (StateBackend.Measure measure : StateBackend.Measure.values()) {
      assertThat(backend.measure(measure)).as(measure.name()).isNotNegative();
    }

    backend.close();

    for (StateBackend.Measure measure : StateBackend.Measure.values()) {
      assertThat(backend.measure(measure)).isEqualTo(-1);
    }
  }

  @Test
  void stateOfAnotherVersion_isNotTakenForAnEpoch() throws Exception {
    write(1);
    byte[] epoch = {(byte) 0xff, 'e'};
    for (byte[] other : List.of(new byte[] {99, 0, 0, 0, 0, 0, 0, 0, 1}, new byte[8])) {
      overwrite(epoch, other);

      try (RocksDbBackend backend = openState()) {
        PartitionStore partition = backend.open(0);
        assertThat(partition.epoch()).isEqualTo(Long.MAX_VALUE);
        partition.clear();
        assertThat(partition.epoch()).isZero();
      }
    }
  }

  private void overwrite(byte[] key, byte[] value) throws Exception {
    String path;
    try (Stream<Path> folders = Files.list(folder.resolve("state"))) {
      path = folders.filter(Files::isDirectory).findFirst().orElseThrow().toString();
    }
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    try (Options options = new Options()) {
      for (byte[] name : RocksDB.listColumnFamilies(options, path)) {
        descriptors.add(new ColumnFamilyDescriptor(name));
      }
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (RocksDB db = RocksDB.open(path, descriptors, handles)) {
      for (ColumnFamilyHandle family : handles) {
        db.put(family, key, value);
      }
      handles.forEach(ColumnFamilyHandle::close);
    }
  }

  @Test
  void folderDeletedWhileClosed_isEmptyAgain() throws Exception {
    write(1);
    delete(folder.resolve("state"));

    try (RocksDbBackend backend = openState()) {
      assertEmptyAndUsable(backend);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CURRENT", "MANIFEST-", ".sst"})
  void folderWithoutAFile_beginsEmpty(String file) throws Exception {
    write(1);
    for (Path path : files(file)) {
      Files.delete(path);
    }

    try (RocksDbBackend backend = openState()) {
      assertEmptyAndUsable(backend);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CURRENT", "MANIFEST-", ".sst"})
  void folderWithAFileThatIsCutOff_beginsEmpty(String file) throws Exception {
    write(1);
    for (Path path : files(file)) {
      try (RandomAccessFile open = new RandomAccessFile(path.toFile(), "rw")) {
        open.setLength(open.length() / 2);
      }
    }

    try (RocksDbBackend backend = openState()) {
      assertEmptyAndUsable(backend);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CURRENT", "MANIFEST-"})
  void folderWithGarbageInAFile_beginsEmpty(String file) throws Exception {
    write(1);
    for (Path path : files(file)) {
      byte[] garbage = new byte[(int) Files.size(path)];
      new Random(1).nextBytes(garbage);
      Files.write(path, garbage);
    }

    try (RocksDbBackend backend = openState()) {
      assertEmptyAndUsable(backend);
    }
  }

  @Test
  void garbageInAFileOfEntries_isReportedAndNeverReturned() throws Exception {
    write(1);
    for (Path path : files(".sst")) {
      byte[] bytes = Files.readAllBytes(path);
      Arrays.fill(bytes, 0, bytes.length / 2, (byte) 0x55);
      Files.write(path, bytes);
    }

    // The epoch is among the last entries, so it may be whole, and the first entries are not.
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(
            () -> {
              try (RocksDbBackend backend = openState()) {
                backend.open(0).get(key(0));
              }
            });
  }

  @Test
  void stateOfAnotherIncarnation_isDeleted() throws Exception {
    try (RocksDbBackend backend = builder().incarnation("first").open()) {
      fill(backend.open(0), 7, 10);
    }
    try (RocksDbBackend backend = builder().incarnation("second").open()) {
      assertEmptyAndUsable(backend);
    }
    try (RocksDbBackend backend = builder().incarnation("first").open()) {
      assertEmptyAndUsable(backend);
    }
  }

  @Test
  void otherFilesInTheFolder_stay() throws Exception {
    Path other = Files.createDirectories(folder.resolve("state")).resolve("notes.txt");
    Files.writeString(other, "precious");
    write(1);
    write(2);

    assertThat(other).hasContent("precious");
  }

  @Test
  void folderThatIsInUse_isRefusedAndNotDeleted() {
    try (RocksDbBackend backend = openState()) {
      fill(backend.open(0), 3, 10);
      backend.open(0).flush();

      assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(this::openState);
      try (RocksDbBackend other = builder().incarnation("other").open()) {
        assertEmptyAndUsable(other);
      }

      fill(backend.open(0), 4, 10);
    }
    try (RocksDbBackend backend = openState()) {
      assertThat(backend.open(0).epoch()).isEqualTo(4);
    }
  }

  @Test
  void fileInsteadOfAFolder_isRefused() throws Exception {
    Files.writeString(folder.resolve("state"), "x");

    assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(this::openState);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "../a", "a b"})
  void incarnationThatIsNoName_isRejected(String incarnation) {
    assertThatIllegalArgumentException().isThrownBy(() -> builder().incarnation(incarnation));
  }

  @Test
  void killedInTheMiddle_holdsWhatItsEpochSays() throws Exception {
    for (int seed = 0; seed < 3; seed++) {
      delete(folder.resolve("state"));
      Process writer = startWriter(seed);
      try {
        awaitEpoch(writer, 40 + seed * 25);
      } finally {
        writer.destroyForcibly().waitFor();
      }

      long newest = 0;
      try (RocksDbBackend backend = openState()) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
          PartitionStore store = backend.open(partition);
          assertThat(contents(store)).isEqualTo(Writer.expected(seed, partition, store.epoch()));
          newest = Math.max(newest, store.epoch());
        }
      }
      assertThat(newest).as("the last flush of partition 0").isGreaterThanOrEqualTo(20);
    }
  }

  private RocksDbBackend.Builder builder() {
    return RocksDbBackend.in(folder.resolve("state"));
  }

  private RocksDbBackend openState() {
    return builder().open();
  }

  private void write(long epoch) {
    try (RocksDbBackend backend = openState()) {
      fill(backend.open(0), epoch, 2_000);
    }
  }

  private static void fill(PartitionStore store, long epoch, int count) {
    byte[] value = new byte[100];
    try (Batch batch = store.newBatch()) {
      for (int i = 0; i < count; i++) {
        new Random(i).nextBytes(value);
        batch.put(key(i), value);
      }
      batch.write(epoch);
    }
  }

  private static void assertEmptyAndUsable(RocksDbBackend backend) {
    PartitionStore store = backend.open(0);
    assertThat(store.epoch()).isZero();
    assertThat(contents(store)).isEmpty();
    fill(store, 1, 10);
    store.flush();
    assertThat(store.epoch()).isEqualTo(1);
    assertThat(contents(store)).hasSize(10);
  }

  private static NavigableMap<ByteBuffer, ByteBuffer> contents(PartitionStore store) {
    NavigableMap<ByteBuffer, ByteBuffer> contents = new TreeMap<>();
    try (Cursor cursor = store.scan(new byte[] {0}, new byte[] {-1})) {
      while (cursor.next()) {
        contents.put(ByteBuffer.wrap(cursor.key()), ByteBuffer.wrap(cursor.value()));
      }
    }
    return contents;
  }

  private static byte[] key(int number) {
    return ByteBuffer.allocate(5).put((byte) 1).putInt(number).array();
  }

  private List<Path> files(String part) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("state"))) {
      List<Path> found =
          files.filter(path -> String.valueOf(path.getFileName()).contains(part)).toList();
      assertThat(found).isNotEmpty();
      return found;
    }
  }

  private static void delete(Path path) throws IOException {
    if (Files.exists(path)) {
      try (Stream<Path> files = Files.walk(path)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private Process startWriter(int seed) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path", ""),
            Writer.class.getName(),
            folder.resolve("state").toString(),
            Integer.toString(seed))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void awaitEpoch(Process writer, int epoch) throws IOException {
    BufferedReader reader = writer.inputReader();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.equals("epoch " + epoch)) {
        return;
      }
    }
    throw new AssertionError("The writer ended before its epoch " + epoch);
  }

  /** Writes epochs until it is killed. */
  static final class Writer {

    private Writer() {}

    public static void main(String[] arguments) {
      int seed = Integer.parseInt(arguments[1]);
      // Small buffers, so that files are written and compacted all the time.
      RocksDbBackend backend =
          RocksDbBackend.in(Path.of(arguments[0])).writeBufferBytes(2 << 20).open();
      for (long epoch = 1; ; epoch++) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
          try (Batch batch = backend.open(partition).newBatch()) {
            change(
                seed,
                partition,
                epoch,
                (key, value) -> {
                  if (value.length == 0) {
                    batch.delete(key);
                  } else {
                    batch.put(key, value);
                  }
                });
            batch.write(epoch);
          }
        }
        if (epoch % 20 == 0) {
          backend.open(0).flush();
        }
        System.out.println("epoch " + epoch);
      }
    }

    static NavigableMap<ByteBuffer, ByteBuffer> expected(int seed, int partition, long epoch) {
      NavigableMap<ByteBuffer, ByteBuffer> expected = new TreeMap<>();
      for (long e = 1; e <= epoch; e++) {
        change(
            seed,
            partition,
            e,
            (key, value) -> {
              if (value.length == 0) {
                expected.remove(ByteBuffer.wrap(key));
              } else {
                expected.put(ByteBuffer.wrap(key), ByteBuffer.wrap(value));
              }
            });
      }
      return expected;
    }

    private static void change(int seed, int partition, long epoch, Changes changes) {
      Random random = new Random(seed * 1_000_003L + partition * 7_919L + epoch);
      for (int i = 0; i < 100; i++) {
        byte[] key = key(random.nextInt(1_000));
        byte[] value = new byte[random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(400)];
        random.nextBytes(value);
        changes.accept(key, value);
      }
    }

    private interface Changes {
      void accept(byte[] key, byte[] value);
    }
  }
}
