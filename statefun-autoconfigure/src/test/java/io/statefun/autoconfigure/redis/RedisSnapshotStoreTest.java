/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import io.statefun.snapshot.SnapshotStore;
import io.statefun.snapshot.SnapshotStoreContract;
import io.statefun.snapshot.SnapshotStoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.unit.DataSize;

class RedisSnapshotStoreTest extends SnapshotStoreContract {

  private static final int CHUNK = 64 << 10;
  private static final AtomicInteger APPLICATIONS = new AtomicInteger();

  @TempDir static Path folder;
  private static RedisProcess redis;
  private static LettuceConnectionFactory connections;

  private final String application = "app {" + APPLICATIONS.incrementAndGet() + "}";
  private final List<LettuceConnectionFactory> others = new ArrayList<>();

  @BeforeAll
  static void startRedis() throws Exception {
    redis = RedisProcess.start(folder);
    connections = redis.connect();
  }

  @AfterAll
  static void stopRedis() throws Exception {
    connections.destroy();
    redis.close();
  }

  @AfterEach
  void disconnect() {
    others.forEach(LettuceConnectionFactory::destroy);
  }

  @Override
  protected SnapshotStore create() throws IOException {
    return open(connections, properties(Duration.ofMinutes(10), 0));
  }

  @Override
  protected SnapshotStore another(SnapshotStore store) throws IOException {
    return open(connect(redis), properties(Duration.ofMinutes(10), 0));
  }

  @Test
  void allKeysOfAnApplication_haveOneHashTag() throws Exception {
    try (SnapshotStore store = create()) {
      store.create("a/b", content("x"));
      store.create("large", content(new byte[3 * CHUNK]));

      assertThat(keys())
          .hasSize(1 + 2 + 1 + 3)
          .allMatch(key -> key.startsWith("statefun:{" + escapedApplication() + "}:"));
    }
  }

  @Test
  void smallObject_takesOneCall() throws Exception {
    try (SnapshotStore store = create()) {
      store.create("warm", content("x"));
      long before = commands();
      store.create("small", content(new byte[CHUNK]));

      assertThat(commands() - before - 1).as("the script, and the six commands in it").isEqualTo(7);
    }
  }

  @Test
  void range_maySpanChunks() throws Exception {
    byte[] bytes = new byte[3 * CHUNK + 7];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31 >> 3);
    }
    try (SnapshotStore store = create()) {
      assertThat(store.create("a", content(bytes))).isTrue();

      assertThat(store.read("a", 0, bytes.length)).isEqualTo(bytes);
      assertThat(store.read("a", CHUNK - 1, CHUNK + 2))
          .isEqualTo(Arrays.copyOfRange(bytes, CHUNK - 1, 2 * CHUNK + 1));
      assertThat(store.read("a", CHUNK, CHUNK))
          .isEqualTo(Arrays.copyOfRange(bytes, CHUNK, 2 * CHUNK));
    }
  }

  @Test
  void deletedObject_leavesNoKeys() throws Exception {
    try (SnapshotStore store = create()) {
      store.create("small", content("x"));
      store.create("empty", content(""));
      store.create("large", content(new byte[150 * CHUNK]));
      assertThat(keys()).isNotEmpty();
      for (String name : store.list("")) {
        store.delete(name);
      }

      assertThat(keys()).isEmpty();
    }
  }

  @Test
  void committedChunks_doNotExpire() throws Exception {
    try (SnapshotStore store = open(connections, properties(Duration.ofMillis(500), 0))) {
      store.create("large", content(new byte[3 * CHUNK]));

      for (String key : keys()) {
        Long expiry = ask(connection -> connection.keyCommands().pTtl(RedisKeys.bytes(key)));
        assertThat(expiry).as(key).isEqualTo(-1);
      }
    }
  }

  @Test
  void attemptThatDied_leavesNothingForLong() throws Exception {
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try (SnapshotStore store = open(connections, properties(Duration.ofSeconds(2), 0))) {
      Future<Boolean> attempt =
          executor.submit(
              () ->
                  store.create(
                      "a",
                      pausing(
                          3 * CHUNK,
                          () -> {
                            written.countDown();
                            never.await();
                          })));
      assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(keys()).isNotEmpty();
      assertThat(store.list("")).isEmpty();

      await().atMost(Duration.ofSeconds(20)).until(() -> keys().isEmpty());
      assertThat(attempt).isNotDone();
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void attemptWhoseChunksExpired_failsAndCanBeRepeated() throws Exception {
    try (SnapshotStore store = open(connections, properties(Duration.ofMillis(300), 0))) {
      SnapshotStore.Content slow =
          pausing(
              3 * CHUNK,
              () -> await().atMost(Duration.ofSeconds(20)).until(() -> keys().isEmpty()));

      assertThatIOException()
          .isThrownBy(() -> store.create("a", slow))
          .withMessageContaining("attempt-timeout")
          .withMessageContaining("nothing of it is there");
      assertThat(keys()).isEmpty();
      assertThat(store.size("a")).isEqualTo(-1);
      assertThat(store.create("a", content(new byte[3 * CHUNK]))).isTrue();
    }
  }

  @Test
  void contentThatFails_leavesNoChunks() throws Exception {
    try (SnapshotStore store = create()) {
      SnapshotStore.Content failing =
          pausing(
              3 * CHUNK,
              () -> {
                throw new IOException("expected");
              });

      assertThatIOException().isThrownBy(() -> store.create("a", failing));
      assertThat(keys()).isEmpty();
    }
  }

  @Test
  void loser_removesItsChunks() throws Exception {
    try (SnapshotStore store = create()) {
      SnapshotStore.Content overtaken =
          pausing(3 * CHUNK, () -> assertThat(store.create("a", content("first"))).isTrue());

      assertThat(store.create("a", overtaken)).isFalse();
      assertThat(store.read("a", 0, 5)).isEqualTo(RedisKeys.bytes("first"));
      assertThat(keys()).as("index, header and one chunk").hasSize(3);
    }
  }

  @Test
  void creatorsOverTwoConnections_haveOneWinner() throws Exception {
    List<SnapshotStore> stores = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      stores.add(open(connect(redis), properties(Duration.ofMinutes(1), 0)));
    }
    CyclicBarrier start = new CyclicBarrier(stores.size());
    ExecutorService executor = Executors.newFixedThreadPool(stores.size());
    try {
      for (int round = 0; round < 30; round++) {
        String name = "race/" + round;
        // Large ones and small ones race with each other.
        List<Future<Boolean>> futures = new ArrayList<>();
        for (int i = 0; i < stores.size(); i++) {
          SnapshotStore store = stores.get(i);
          byte[] bytes = new byte[i % 2 == 0 ? 100 : 3 * CHUNK];
          Arrays.fill(bytes, (byte) i);
          futures.add(
              executor.submit(
                  () -> {
                    start.await();
                    return store.create(name, content(bytes));
                  }));
        }
        List<Byte> winners = new ArrayList<>();
        for (int i = 0; i < futures.size(); i++) {
          if (futures.get(i).get()) {
            winners.add((byte) i);
          }
        }
        assertThat(winners).as(name).containsExactly(stores.get(0).read(name, 0, 1)[0]);
      }
      for (String name : stores.get(0).list("race/")) {
        stores.get(1).delete(name);
      }
      assertThat(keys()).as("no loser has left anything").isEmpty();
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void deletionThatDied_isFinishedByTheNextProcess() throws Exception {
    try (SnapshotStore store = create()) {
      store.create("a", content(new byte[3 * CHUNK]));
      RedisKeys layout = new RedisKeys("statefun", application);
      ask(
          connection ->
              connection.<Long>eval(
                  RedisScripts.DELETE,
                  ReturnType.INTEGER,
                  3,
                  layout.header("a"),
                  layout.index(),
                  layout.garbage(),
                  RedisKeys.bytes("a")));
      assertThat(store.size("a")).isEqualTo(-1);
      assertThat(keys()).as("three chunks, and a note of them").hasSize(4);

      create().close();
      assertThat(keys()).isEmpty();
    }
  }

  @Test
  void commandThatIsSentAgain_hasWonBefore() throws Exception {
    RedisKeys layout = new RedisKeys("statefun", application);
    for (int i = 0; i < 2; i++) {
      assertThat(commit(layout, "mine")).isEqualTo(RedisScripts.CREATED);
    }
    assertThat(commit(layout, "another")).isEqualTo(RedisScripts.EXISTED);
  }

  private static Long commit(RedisKeys layout, String attempt) {
    List<Long> outcome =
        ask(
            connection ->
                connection.<List<Long>>eval(
                    RedisScripts.CREATE,
                    ReturnType.MULTI,
                    4,
                    layout.header("a"),
                    layout.index(),
                    layout.created(),
                    layout.chunk(attempt, 0),
                    RedisKeys.bytes("a"),
                    RedisKeys.bytes(attempt),
                    RedisKeys.bytes("1"),
                    RedisKeys.bytes("" + CHUNK),
                    RedisKeys.bytes("0"),
                    RedisKeys.bytes("x")));
    return outcome.get(0);
  }

  @Test
  void serverThatLostCommits_getsNoMoreUntilTheNextStart(@TempDir Path files) throws Exception {
    try (RedisProcess server = RedisProcess.start(files)) {
      SnapshotStore store = open(connect(server), properties(Duration.ofMinutes(1), 0));
      store.create("epochs/1", content("one"));
      server.kill();
      server.start();

      for (int length : new int[] {1, 3 * CHUNK}) {
        assertThatIOException()
            .isThrownBy(() -> store.create("epochs/2", content(new byte[length])))
            .withMessageContaining("Redis has lost objects");
      }
      assertThat(store.list("")).isEmpty();
      SnapshotStore next = open(connect(server), properties(Duration.ofMinutes(1), 0));
      assertThat(next.create("epochs/1", content("one"))).isTrue();
    }
  }

  @Test
  void missingChunk_isReported() throws Exception {
    try (SnapshotStore store = create()) {
      store.create("a", content("0123456789"));
      String chunk =
          keys().stream().filter(key -> key.contains(":chunk:")).findFirst().orElseThrow();
      ask(connection -> connection.keyCommands().del(RedisKeys.bytes(chunk)));

      assertThatIOException()
          .isThrownBy(() -> store.read("a", 0, 10))
          .withMessageContaining("has lost a part of the object 'a'");
    }
  }

  @Test
  void serverThatDiesWhileAnObjectIsWritten_isAskedAgain(@TempDir Path files) throws Exception {
    try (RedisProcess server =
        RedisProcess.start(files, "--appendonly", "yes", "--appendfsync", "always")) {
      SnapshotStore store = open(connect(server), properties(Duration.ofMinutes(1), 0));
      assertThat(store.create("epochs/1", content("one"))).isTrue();
      SnapshotStore.Content dying =
          pausing(
              3 * CHUNK,
              () -> {
                server.kill();
                server.start();
                throw new IOException("expected");
              });
      assertThatIOException().isThrownBy(() -> store.create("epochs/2", dying));

      assertThat(store.list("")).containsExactly("epochs/1");
      assertThat(store.read("epochs/1", 0, 3)).isEqualTo(RedisKeys.bytes("one"));
      assertThat(store.create("epochs/1", content("other"))).isFalse();
      assertThat(store.create("epochs/2", content(new byte[3 * CHUNK]))).isTrue();
    }
  }

  @Test
  void serverThatDiesAtAnyTime_losesNothingAndShowsNoPart(@TempDir Path files) throws Exception {
    try (RedisProcess server =
        RedisProcess.start(files, "--appendonly", "yes", "--appendfsync", "always")) {
      SnapshotStore store = open(connect(server), properties(Duration.ofMinutes(1), 0));
      ExecutorService executor = Executors.newSingleThreadExecutor();
      try {
        for (int round = 0; round < 5; round++) {
          AtomicInteger last = new AtomicInteger();
          String folder = "epochs-" + round + "/";
          Future<List<String>> writer =
              executor.submit(() -> writeUntilFailure(store, folder, last));
          int enough = 20 + 7 * round;
          await().atMost(Duration.ofSeconds(30)).until(() -> last.get() >= enough);
          server.kill();
          server.start();
          List<String> acknowledged = writer.get(60, TimeUnit.SECONDS);

          List<String> stored = store.list(folder);
          assertThat(stored).containsAll(acknowledged);
          assertThat(stored.size() - acknowledged.size()).isBetween(0, 1);
          for (String name : stored) {
            assertThat(store.read(name, 0, 2 * CHUNK)).hasSize(2 * CHUNK);
            assertThat(store.create(name, content("other"))).isFalse();
          }
        }
      } finally {
        executor.shutdownNow();
      }
    }
  }

  /** Stops also when the server was back before the client noticed, after some more. */
  private static List<String> writeUntilFailure(
      SnapshotStore store, String folder, AtomicInteger last) {
    List<String> acknowledged = new ArrayList<>();
    for (int i = 100; i < 300; i++) {
      try {
        assertThat(store.create(folder + i, content(new byte[2 * CHUNK]))).isTrue();
      } catch (IOException e) {
        return acknowledged;
      }
      acknowledged.add(folder + i);
      last.incrementAndGet();
    }
    return acknowledged;
  }

  @Test
  void unreachableServer_isExplainedAtTheStart(@TempDir Path files) throws Exception {
    RedisProcess server = RedisProcess.start(files);
    server.close();
    RedisConnectionFactory nowhere = connect(server);

    assertThatExceptionOfType(SnapshotStoreException.class)
        .isThrownBy(() -> open(nowhere, properties(Duration.ofMinutes(1), 0)))
        .satisfies(e -> assertThat(e.action()).contains("spring.data.redis"));
  }

  @Test
  void fullMemory_isRefusedWhole(@TempDir Path files) throws Exception {
    try (RedisProcess server =
        RedisProcess.start(files, "--maxmemory", "4mb", "--maxmemory-policy", "noeviction")) {
      SnapshotStore store = open(connect(server), properties(Duration.ofMinutes(1), 0));
      assertThat(store.create("a", content("x"))).isTrue();

      assertThatIOException()
          .isThrownBy(() -> store.create("b", content(new byte[8 << 20])))
          .withMessageContaining("maxmemory");
      assertThat(store.list("")).containsExactly("a");
    }
  }

  @Test
  void commitWithoutEnoughReplicas_isInDoubtUntilTheyHaveIt(
      @TempDir Path files, @TempDir Path replicaFiles) throws Exception {
    try (RedisProcess server = RedisProcess.start(files)) {
      SnapshotStore store = open(connect(server), properties(Duration.ofMinutes(1), 1));
      assertThatIOException()
          .isThrownBy(() -> store.create("a", content("x")))
          .withMessageContaining("Only 0 of the 1 replicas");
      assertThatIOException().isThrownBy(() -> store.create("a", content("x")));

      try (RedisProcess replica =
          RedisProcess.start(replicaFiles, "--replicaof", "127.0.0.1", "" + server.port())) {
        await()
            .atMost(Duration.ofSeconds(30))
            .ignoreExceptionsInstanceOf(IOException.class)
            .until(() -> !store.create("a", content("x")));
        assertThat(store.create("b", content("y"))).isTrue();

        SnapshotStore copy = open(connect(replica), properties(Duration.ofMinutes(1), 0));
        assertThat(copy.list("")).containsExactly("a", "b");
      }
    }
  }

  private RedisSnapshotStore open(
      RedisConnectionFactory connections, RedisSnapshotProperties properties) throws IOException {
    return RedisSnapshotStore.open(connections, application, properties);
  }

  private LettuceConnectionFactory connect(RedisProcess server) {
    LettuceConnectionFactory factory = server.connect();
    others.add(factory);
    return factory;
  }

  private static RedisSnapshotProperties properties(Duration attemptTimeout, int replicas) {
    return new RedisSnapshotProperties(
        "statefun", DataSize.ofBytes(CHUNK), attemptTimeout, replicas, Duration.ofMillis(300));
  }

  private String escapedApplication() {
    return application.replace(" ", "%20").replace("{", "%7b").replace("}", "%7d");
  }

  private List<String> keys() {
    Set<byte[]> keys =
        ask(
            connection ->
                connection
                    .keyCommands()
                    .keys(RedisKeys.bytes("statefun:{" + escapedApplication() + "}:*")));
    // The number of what was ever created stays.
    return keys.stream().map(RedisKeys::text).filter(key -> !key.endsWith(":created")).toList();
  }

  private static long commands() {
    return Long.parseLong(
        Objects.requireNonNull(ask(connection -> connection.serverCommands().info("stats")))
            .getProperty("total_commands_processed"));
  }

  private static <T> T ask(Function<RedisConnection, T> question) {
    try (RedisConnection connection = connections.getConnection()) {
      return question.apply(connection);
    }
  }

  /** Zeros, with something that happens before the last of them. */
  private static SnapshotStore.Content pausing(int length, Pause pause) {
    return new SnapshotStore.Content() {

      @Override
      public long length() {
        return length;
      }

      @Override
      public void writeTo(WritableByteChannel channel) throws IOException {
        channel.write(ByteBuffer.allocate(length - 1));
        try {
          pause.run();
        } catch (IOException e) {
          throw e;
        } catch (Exception e) {
          throw new IOException(e);
        }
        channel.write(ByteBuffer.allocate(1));
      }
    };
  }

  /** Something that happens while an object is written. */
  @FunctionalInterface
  private interface Pause {

    void run() throws Exception;
  }
}
