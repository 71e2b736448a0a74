/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.snapshot.SimulatedDisk;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.RocksDbBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is wrong from outside is refused, or ends among the dead letters, and nothing else suffers:
 * with threads, files and RocksDB.
 */
class BadInputTest {

  private static final String LONGEST_ID = "é".repeat(Address.MAX_ID_BYTES / 2);
  private static final MessageTypes TYPES = MessageTypes.standard();
  private static final TypeName ADD = TYPES.wrap(new Add(1)).typeName();

  @TempDir Path folder;
  private int machine;

  record Add(long amount) {}

  record Read() {}

  record Throw(int times) {}

  record Later(long amount) {}

  record Chain(@Nullable Chain rest) {

    static Chain tooLong() {
      Chain chain = new Chain(null);
      for (int i = 0; i < 5_000; i++) {
        chain = new Chain(chain);
      }
      return chain;
    }
  }

  record Note(String text) {}

  @StatefulFunction("test/counter")
  @OnFailure(maxAttempts = 3, initialBackoff = "1ms", maxBackoff = "5ms")
  static class Counter {

    private int thrown;

    @MessageHandler
    void on(
        Add add,
        @State("sum") ValueState<Long> sum,
        @State("last") MapState<String, Long> last,
        Context context) {
      sum.update(0L, value -> value + add.amount());
      last.put("last", add.amount());
    }

    @MessageHandler
    void on(Read read, @State("sum") ValueState<Long> sum, Context context) {
      context.reply(sum.getOrDefault(0L));
    }

    @MessageHandler
    void on(Throw toThrow, @State("sum") ValueState<Long> sum, Context context) {
      sum.set(-1_000_000L);
      context.send(Address.of("test/counter", "other"), new Add(1_000_000));
      if (thrown++ < toThrow.times()) {
        throw new IllegalStateException("as it was told");
      }
      sum.set(0L);
    }

    @MessageHandler
    void on(String what, @State("chain") ValueState<Chain> chain, Context context) {
      switch (what) {
        case "keep" -> chain.set(Chain.tooLong());
        case "send" -> context.send(context.self(), Chain.tooLong());
        case "emit" -> context.egress("test/out", Chain.tooLong());
        case "delay" -> context.sendAfter(Duration.ofMinutes(1), context.self(), Chain.tooLong());
        default -> throw new UnsupportedOperationException(what);
      }
    }

    @MessageHandler
    void on(Note note, @State("note") ValueState<Note> kept, Context context) {
      kept.set(note);
      context.egress("test/out", note);
    }

    @MessageHandler
    void on(Later later, Context context) {
      context.sendAfter(
          Duration.ofMillis(10),
          context.self(),
          new Add(later.amount()),
          CancellationToken.of("later"));
      context.reminders().after("again", Duration.ofMillis(10), new Add(later.amount()));
    }
  }

  // Set-up: each engine begins on an empty machine, the store stays

  private StateFunEngine.Builder engine(SnapshotStore store) {
    return settings("test", store);
  }

  private StateFunEngine.Builder settings(String application, SnapshotStore store) {
    Path local = folder.resolve("machine" + machine++);
    return StateFunEngine.builder(application)
        .partitions(4)
        .workers(2)
        .snapshotStore(store)
        .stateBackend(
            record ->
                RocksDbBackend.in(local)
                    .incarnation(record.id().toString())
                    .partitions(record.partitions())
                    .open())
        .scratchFolder(local.resolve("scratch"))
        .egress("test/out", batch -> CompletableFuture.completedFuture(null))
        .function(new Counter());
  }

  private SnapshotStore store() throws IOException {
    return FileSnapshotStore.open(folder.resolve("store"), "test");
  }

  private static Address counter(String id) {
    return Address.of("test/counter", id);
  }

  private static long read(StateFunEngine engine, String id) {
    return engine.request(counter(id), new Read(), Long.class).join();
  }

  private List<DeadLetter> deadLetters() throws IOException {
    try (SnapshotStore store = store();
        ManualEngine engine = engine(store).buildManual()) {
      return engine.deadLetters();
    }
  }

  // Messages

  @Test
  void messagesThatNobodyCanReadOrHandleAreDeadLettersAndTheOthersAreHandled() throws IOException {
    try (SnapshotStore store = store();
        StateFunEngine engine = engine(store).build()) {
      engine.start();
      List<TypedValue> bad =
          List.of(
              TypedValue.ofBytes(TypeName.of("test", "unheard-of"), new byte[] {1}),
              TypedValue.ofBytes(ADD, "{\"amount\":".getBytes(StandardCharsets.UTF_8)),
              TypedValue.ofBytes(ADD, new byte[0]),
              TYPES.wrap("a type without a handler".length()));
      for (TypedValue value : bad) {
        engine.send(counter("a"), value).join();
        engine.send(counter("a"), new Add(1)).join();
      }
      engine.send(Address.of("test/nobody", "a"), new Add(1)).join();

      assertThat(read(engine, "a")).isEqualTo(4L);
    }
    assertThat(deadLetters())
        .hasSize(5)
        .anySatisfy(letter -> assertThat(letter.cause()).contains("test/unheard-of"))
        .anySatisfy(letter -> assertThat(letter.cause()).contains("cannot read a message of type"))
        .anySatisfy(letter -> assertThat(letter.cause()).contains("java.lang.Integer"))
        .anySatisfy(
            letter -> assertThat(letter.cause()).contains("no function of the type 'test/nobody'"));
  }

  @Test
  void aMessageOfAnUnknownClassIsRefusedAtOnce() throws IOException {
    try (SnapshotStore store = store();
        StateFunEngine engine = engine(store).build()) {
      engine.start();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> engine.send(counter("a"), Thread.currentThread()))
          .withMessageContaining("java.lang.Thread");
      assertThat(read(engine, "a")).isZero();
    }
  }

  @Test
  void ingressRecordsThatCannotBeReadAreDeadLettersWithTheirOrigin() throws IOException {
    try (SnapshotStore store = store();
        StateFunEngine engine =
            engine(store).ingress(new Lines("add 1", "rubbish", "corrupt", "add 2")).build()) {
      engine.start();
      await().until(() -> read(engine, "a") == 3);
    }
    assertThat(deadLetters())
        .hasSize(2)
        .anySatisfy(
            letter -> {
              assertThat(letter.origin()).isEqualTo("lines:2");
              assertThat(letter.target()).isNull();
              assertThat(new String(letter.value().bytes(), StandardCharsets.UTF_8))
                  .isEqualTo("rubbish");
            })
        .anySatisfy(letter -> assertThat(letter.target()).isEqualTo(counter("a")));
  }

  @Test
  void anIngressThatCannotBeReadIsToldOfAndAskedAgainAndNoMessageCountsTwice() throws IOException {
    Lines lines = new Lines("add 1", "add 2", "add 4");
    lines.failures.set(Integer.MAX_VALUE);
    try (SnapshotStore store = store();
        StateFunEngine engine = engine(store).ingress(lines).build()) {
      engine.start();
      await().until(() -> engine.status().failingIngresses().getOrDefault(lines.name(), 0) >= 2);
      assertThat(engine.status().state()).isEqualTo(EngineStatus.State.RUNNING);

      lines.failures.set(1);
      await().until(() -> read(engine, "a") == 7);
      assertThat(engine.status().failingIngresses()).isEmpty();
    }
    assertThat(deadLetters()).isEmpty();
  }

  @Test
  void aHandlerThatThrowsForEverLosesItsOwnMessageAndNothingElse() throws IOException {
    try (SnapshotStore store = store();
        StateFunEngine engine = engine(store).build()) {
      engine.start();
      List<CompletableFuture<Void>> sent = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        sent.add(engine.send(counter("a"), new Add(1)));
        if (i == 50) {
          sent.add(engine.send(counter("a"), new Throw(Integer.MAX_VALUE)));
        }
        sent.add(engine.send(counter("b"), new Add(1)));
      }
      sent.forEach(CompletableFuture::join);

      assertThat(read(engine, "a")).isEqualTo(100L);
      assertThat(read(engine, "b")).isEqualTo(100L);
      assertThat(read(engine, "other")).isZero();
    }
    assertThat(deadLetters())
        .singleElement()
        .satisfies(letter -> assertThat(letter.cause()).contains("as it was told"));
  }

  @Test
  void aHandlerThatThrowsForAWhileLosesNothing() throws IOException {
    try (SnapshotStore store = store();
        StateFunEngine engine = engine(store).build()) {
      engine.start();
      engine.send(counter("a"), new Throw(2)).join();
      engine.send(counter("a"), new Add(7)).join();

      assertThat(read(engine, "a")).isEqualTo(7L);
      assertThat(read(engine, "other")).isEqualTo(1_000_000L);
    }
    assertThat(deadLetters()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"keep", "send", "emit", "delay"})
  void aValueThatCannotBeWrittenFailsInTheHandlerThatMadeIt(String what) throws IOException {
    try (SnapshotStore store = store();
        StateFunEngine engine = engine(store).build()) {
      engine.start();
      engine.send(counter("a"), new Add(1)).join();
      engine.send(counter("a"), what).join();
      engine.send(counter("a"), new Add(1)).join();

      assertThat(read(engine, "a")).isEqualTo(2L);
    }
    assertThat(deadLetters())
        .singleElement()
        .satisfies(letter -> assertThat(letter.cause()).contains("cannot be written"));
  }

  @Test
  void halfACharacterStopsNobody() throws IOException {
    try (SnapshotStore store = store();
        StateFunEngine engine = engine(store).build()) {
      engine.start();
      engine.send(counter("a"), new Note("\ud83d")).join();
      engine.send(counter("a"), new Add(1)).join();

      assertThat(read(engine, "a")).isEqualTo(1L);
    }
  }

  // Ids

  static Stream<String> unusualIds() {
    return Stream.of("", LONGEST_ID, "\0", "a/b", "\u0000\u00ff", "😀", " ");
  }

  @ParameterizedTest
  @MethodSource("unusualIds")
  void everyIdWorksFromTheMessageToTheTimerAndAfterARestart(String id) throws IOException {
    try (SnapshotStore store = store();
        StateFunEngine engine = engine(store).build()) {
      engine.start();
      engine.send(counter(id), new Add(1)).join();
      engine.send(counter(id), new Later(10)).join();
      await().until(() -> read(engine, id) == 21);
    }
    try (SnapshotStore store = store();
        StateFunEngine engine = engine(store).build()) {
      engine.start();
      assertThat(read(engine, id)).isEqualTo(21L);
      assertThat(read(engine, id + "x".repeat(id.equals(LONGEST_ID) ? 0 : 1)))
          .isEqualTo(id.equals(LONGEST_ID) ? 21L : 0L);
    }
    assertThat(deadLetters()).isEmpty();
  }

  @Test
  void anIdOfMoreThan64KiBIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> counter(LONGEST_ID + "x"))
        .withMessageContaining("65537 bytes")
        .withMessageContaining("digest");
  }

  // Stores

  @ParameterizedTest
  @ValueSource(strings = {"full", "read-only"})
  void aStoreThatTakesNothingForAWhileLosesNothing(String trouble) throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    Path place = Path.of("/store");
    try (SnapshotStore store = disk.openStore(place, "test", "1");
        StateFunEngine engine = engine(store).build()) {
      engine.start();
      engine.send(counter("a"), new Add(1)).join();

      trouble(disk, trouble, true);
      CompletableFuture<Void> sent = engine.send(counter("a"), new Add(2));
      await().until(() -> engine.status().commitFailures() > 1);
      assertThat(sent).isNotDone();
      assertThat(engine.status().state()).isEqualTo(EngineStatus.State.RUNNING);

      trouble(disk, trouble, false);
      sent.join();
      assertThat(read(engine, "a")).isEqualTo(3L);
      assertThat(engine.status().commitFailures()).isZero();
    }
    try (SnapshotStore store = disk.openStore(place, "test", "2");
        StateFunEngine engine = engine(store).build()) {
      engine.start();
      assertThat(read(engine, "a")).isEqualTo(3L);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "read-only"})
  void aProcessThatDiesWhileTheStoreTakesNothingHasLostNothingThatWasCommitted(String trouble)
      throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    Path place = Path.of("/store");
    try (SnapshotStore store = disk.openStore(place, "test", "1");
        StateFunEngine engine = engine(store).build()) {
      engine.start();
      engine.send(counter("a"), new Add(1)).join();
      trouble(disk, trouble, true);
      CompletableFuture<Void> sent = engine.send(counter("a"), new Add(2));
      await().until(() -> engine.status().commitFailures() > 0);
      engine.stop(Duration.ZERO);
      assertThat(sent).failsWithin(Duration.ofSeconds(10));
    }
    trouble(disk, trouble, false);
    try (SnapshotStore store = disk.openStore(place, "test", "2");
        StateFunEngine engine = engine(store).build()) {
      engine.start();
      assertThat(read(engine, "a")).isEqualTo(1L);
    }
  }

  private static void trouble(SimulatedDisk disk, String trouble, boolean begins) {
    if (trouble.equals("full")) {
      disk.capacity(begins ? 0 : Long.MAX_VALUE);
    } else {
      disk.readOnly(begins);
    }
  }

  @Test
  void aStoreOfAnotherApplicationIsRefused() throws IOException {
    try (SnapshotStore store = store()) {
      try (StateFunEngine engine = settings("test", store).build()) {
        engine.start();
        engine.send(counter("a"), new Add(1)).join();
      }
      try (StateFunEngine engine = settings("shop", store).build()) {
        assertThatThrownBy(engine::start)
            .isInstanceOf(EngineStartException.class)
            .hasMessageContaining("'test', not of 'shop'")
            .hasMessageContaining("a store of its own");
      }
      try (StateFunEngine engine = settings("test", store).build()) {
        engine.start();
        assertThat(read(engine, "a")).isEqualTo(1L);
      }
    }
  }

  @Test
  void aStoreOfANewerFormatIsRefusedAndLeftAlone() throws IOException {
    try (SnapshotStore store = store()) {
      create(store, "application", new byte[] {99, 0, 0});
      try (StateFunEngine engine = engine(store).build()) {
        assertThatThrownBy(engine::start)
            .isInstanceOf(EngineStartException.class)
            .hasMessageContaining("newer version")
            .hasMessageContaining("99");
      }
      assertThat(store.list("")).containsExactly("application");
    }
  }

  @Test
  void aDamagedEpochObjectIsRefusedByName() throws IOException {
    try (SnapshotStore store = store()) {
      try (StateFunEngine engine = engine(store).build()) {
        engine.start();
        engine.send(counter("a"), new Add(1)).join();
      }
      List<String> epochs = store.list("epochs/");
      String newest = epochs.get(epochs.size() - 1);
      Path file = folder.resolve("store/objects").resolve(newest.replace("/", "+/"));
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);

      try (StateFunEngine engine = engine(store).build()) {
        assertThatThrownBy(engine::start)
            .isInstanceOf(EngineStartException.class)
            .hasMessageContaining(newest);
      }
      assertThat(store.list("epochs/")).isEqualTo(epochs);
    }
  }

  private static void create(SnapshotStore store, String name, byte[] bytes) throws IOException {
    boolean created =
        store.create(
            name,
            new SnapshotStore.Content() {
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
            });
    assertThat(created).isTrue();
  }

  /** Lines of text, some of which are wrong. */
  private static final class Lines implements Ingress, Ingress.Split {

    private final List<String> lines;
    private final Queue<String> rest = new ArrayDeque<>();
    private int position;

    /** How often a poll is still to fail, having sent something. */
    private final AtomicInteger failures = new AtomicInteger();

    Lines(String... lines) {
      this.lines = List.of(lines);
    }

    @Override
    public TypeName name() {
      return TypeName.of("test", "lines");
    }

    @Override
    public List<Split> splits() {
      return List.of(this);
    }

    @Override
    public String id() {
      return "all";
    }

    @Override
    public void open(byte @Nullable [] stored, Runnable wakeUp) {
      position = stored == null ? 0 : stored[0];
      rest.addAll(lines.subList(position, lines.size()));
    }

    @Override
    public boolean poll(Ingress.Collector out) {
      String line = rest.peek();
      if (line == null) {
        return false;
      }
      if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        out.send(counter("a"), TYPES.wrap(new Add(1_000)));
        throw new IllegalStateException("The lines are out of reach");
      }
      rest.remove();
      position++;
      byte[] raw = line.getBytes(StandardCharsets.UTF_8);
      switch (line) {
        case "rubbish" ->
            out.reject(
                "lines:" + position,
                TypedValue.ofBytes(TypeName.of("test", "line"), raw),
                new IllegalArgumentException("no verb"));
        case "corrupt" -> out.send(counter("a"), TypedValue.ofBytes(ADD, raw));
        default -> {
          Add add = new Add(Long.parseLong(line.substring(4)));
          out.send(counter("a"), TYPES.wrap(add));
        }
      }
      return true;
    }

    @Override
    public byte[] position() {
      return new byte[] {(byte) position};
    }
  }
}
