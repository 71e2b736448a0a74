/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.statefun.binding.AnnotatedFunction;
import io.statefun.cluster.Inbox;
import io.statefun.cluster.StoreEpochLog;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.HeapBackend;
import io.statefun.state.Overlay;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.CorruptDataException;
import io.statefun.wire.NewerFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each thing that is stored tells its format, and a newer one is refused by name. */
class NewerFormatTest {

  private static final Address COUNTER = Address.of("test/counter", "a");
  private static final int TRAILER = 20;
  private static final int NEWER = 99;

  @StatefulFunction("test/counter")
  static class Counter {

    @MessageHandler
    void on(Long amount, @State("sum") ValueState<Long> sum) {
      sum.update(0L, before -> before + amount);
    }
  }

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();

  private StateFunEngine engine() {
    EngineLimits base = EngineLimits.DEFAULT;
    EngineLimits shortChain =
        new EngineLimits(
            base.maxCachedStateBytes(),
            base.maxEpochBytes(),
            Duration.ZERO,
            base.maxUnappliedBytes(),
            base.mailboxCapacity(),
            base.maxWaitingRequests(),
            base.maxUnacknowledgedRecords(),
            1,
            1);
    return StateFunEngine.builder("test")
        .partitions(1)
        .workers(1)
        .limits(shortChain)
        .snapshotStore(store)
        .stateBackend(application -> new HeapBackend())
        .function(new Counter())
        .build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"application", "epochs/", "bases/"})
  void anObjectOfANewerFormatIsRefusedAtTheStart(String kind) throws IOException {
    try (StateFunEngine engine = engine()) {
      engine.start();
      for (int i = 0; i < 100 || manifests().isEmpty(); i++) {
        engine.send(COUNTER, 1L).join();
      }
    }
    String name = newest(kind);
    replace(name, kind.equals("epochs/") ? NewerFormatTest::newerEpoch : NewerFormatTest::newer);
    List<String> before = store.list("");

    try (StateFunEngine engine = engine()) {
      EngineStartException refused =
          catchThrowableOfType(EngineStartException.class, engine::start);

      assertThat(refused.description())
          .contains(kind.equals("application") ? "record of the application" : name)
          .contains("format " + NEWER)
          .contains("newer version")
          .contains("this one knows formats up to");
      assertThat(refused.action()).contains("Run the newer version of the application again");
      assertThat(engine.status().state()).isEqualTo(EngineStatus.State.FAILED);
    }
    assertThat(store.list("")).isEqualTo(before);
  }

  private List<String> manifests() throws IOException {
    return store.list("bases/").stream().filter(name -> name.endsWith(".manifest")).toList();
  }

  private String newest(String kind) throws IOException {
    List<String> names = kind.equals("bases/") ? manifests() : store.list(kind);
    return names.get(names.size() - 1);
  }

  private static byte[] newer(byte[] object) {
    object[0] = NEWER;
    return object;
  }

  /** The format is the first thing in the index, which has a checksum. */
  private static byte[] newerEpoch(byte[] object) {
    ByteBuffer trailer = ByteBuffer.wrap(object, object.length - TRAILER, TRAILER);
    int index = (int) trailer.getLong();
    int length = trailer.getInt();
    object[index] = NEWER;
    CRC32C checksum = new CRC32C();
    checksum.update(object, index, length);
    trailer.putInt((int) checksum.getValue());
    return object;
  }

  private void replace(String name, UnaryOperator<byte[]> change) throws IOException {
    byte[] changed = change.apply(store.read(name, 0, (int) store.size(name)));
    store.delete(name);
    store.create(
        name,
        new SnapshotStore.Content() {
          @Override
          public long length() {
            return changed.length;
          }

          @Override
          public void writeTo(WritableByteChannel channel) throws IOException {
            channel.write(ByteBuffer.wrap(changed));
          }
        });
  }

  // What is in them

  private static final Message MESSAGE =
      Message.of(COUNTER, COUNTER, MessageTypes.standard().wrap(1L));

  private static byte[] newerHalf(byte[] stored) {
    stored[0] |= 0x10;
    return stored;
  }

  private static byte[] message() {
    ByteWriter out = new ByteWriter(64);
    MessageCodec.write(out, MESSAGE);
    return out.toByteArray();
  }

  @Test
  void messagesTimersRecordsAndDeadLettersOfANewerFormatAreRefused() {
    ByteWriter egressRecord = new ByteWriter(64);
    new OutgoingRecord(0, 1, TypeName.parse("test/out"), MESSAGE.value(), null, Map.of())
        .write(egressRecord);
    byte[] timer = new Timers.Entry(Timers.Kind.MESSAGE, MESSAGE, "").write();
    byte[] letter =
        new DeadLetter(COUNTER, null, MESSAGE.value(), "", "", Instant.EPOCH, Map.of()).write();

    assertRefused(
        "A stored message", () -> MessageCodec.read(new ByteReader(newerHalf(message()))));
    assertRefused(
        "A stored egress record",
        () -> OutgoingRecord.read(0, newerHalf(egressRecord.toByteArray())));
    assertRefused("A stored timer", () -> Timers.Entry.read(newerHalf(timer)));
    assertRefused("A dead letter", () -> DeadLetter.read(newer(letter)));
  }

  private static void assertRefused(String what, Runnable reading) {
    assertThatExceptionOfType(NewerFormatException.class)
        .isThrownBy(reading::run)
        .withMessageStartingWith(what + " has format ")
        .withMessageContaining("Run the newer version");
  }

  @Test
  void aTimerOfAnUnknownKindIsDamaged() {
    byte[] timer = new Timers.Entry(Timers.Kind.PURGE, MESSAGE, "").write();
    timer[0] = 4;

    assertThatExceptionOfType(CorruptDataException.class)
        .isThrownBy(() -> Timers.Entry.read(timer))
        .withMessageContaining("unknown kind 4");
  }

  @Test
  void aMessageOfAnotherProcessIsReadAsItWasWritten() {
    ByteWriter out = new ByteWriter(64);
    Posting.writeLetter(out, 3, MESSAGE);

    assertThat(Posting.read(out.toByteArray())).isEqualTo(new Posting.Letter(3, MESSAGE));
  }

  @Test
  void aMessageOfAProcessOfANewerVersionIsRefused() {
    ByteWriter out = new ByteWriter(64);
    Posting.writeLetter(out, 3, MESSAGE);
    byte[] posted = out.toByteArray();
    posted[0]++;

    assertRefused("A message of another process", () -> Posting.read(posted));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hello", "{\"a\":1}", "\n\u0001x", "\u0000\u0001", "1"})
  void whatIsNoMessageIsTold(String junk) {
    byte[] posted = junk.getBytes(StandardCharsets.UTF_8);

    assertThatExceptionOfType(CorruptDataException.class).isThrownBy(() -> Posting.read(posted));
  }

  @Test
  void whatIsNoMessageGoesToTheDeadLettersWithItsBytes() {
    byte[] junk = "hello".getBytes(StandardCharsets.UTF_8);
    ByteWriter good = new ByteWriter(64);
    Posting.writeLetter(good, 3, MESSAGE);
    MessageTypes types = MessageTypes.standard();
    Node node = nodeThatGets(types, junk, good.toByteArray());

    List<DeadLetter> letters = run(node);

    assertThat(letters)
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.target()).isNull();
              assertThat(letter.value()).isEqualTo(types.wrap(junk));
              assertThat(letter.origin()).isEqualTo("messages of other processes to partition 0");
              assertThat(letter.cause()).contains("does not begin as a message does");
            });
    assertThat(node.workerAt(0).handled()).isEqualTo(1);
  }

  @Test
  void aMessageOfANewerVersionStopsTheNodeAndIsNotSkipped() {
    ByteWriter out = new ByteWriter(64);
    Posting.writeLetter(out, 3, MESSAGE);
    byte[] newer = out.toByteArray();
    newer[0]++;
    Node node = nodeThatGets(MessageTypes.standard(), newer);

    assertThatExceptionOfType(NewerFormatException.class)
        .isThrownBy(() -> run(node))
        .withMessageContaining("A message of another process has format 2");
  }

  private static List<DeadLetter> run(Node node) {
    Worker worker = node.workerAt(0);
    while (worker.step()) {
      // There is more to do.
    }
    List<DeadLetter> letters = new ArrayList<>();
    byte[] all = Keys.allDeadLetters();
    for (Partition partition : worker.partitions()) {
      try (Overlay.Scan scan = partition.overlay.scan(all, Keys.after(all))) {
        while (scan.next()) {
          letters.add(DeadLetter.read(scan.value()));
        }
      }
    }
    return letters;
  }

  private Node nodeThatGets(MessageTypes types, byte[]... posted) {
    FunctionInvoker counter = AnnotatedFunction.bind(new Counter(), types, FailurePolicy.DEFAULT);
    NodeServices services =
        new NodeServices(
            InstantSource.system(),
            types,
            new FunctionTypes(List.of(counter)),
            Set.of(),
            expression -> {
              throw new IllegalArgumentException(expression);
            },
            EngineLimits.DEFAULT,
            1);
    UUID writer = UUID.randomUUID();
    try {
      return Node.recover(
          new Node.Setup(
              services,
              "test",
              "test",
              writer,
              Set.of(0),
              partition -> new Posted(List.of(posted).iterator()),
              1,
              store,
              new StoreEpochLog(store, writer),
              new HeapBackend(),
              List.of(),
              Map.of(),
              worker -> Scratch.inMemory(),
              Runnable::run,
              Runnable::run,
              FaultPoint.Listener.NONE,
              new Node.NodeListener() {}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has some messages of other processes. */
  private record Posted(Iterator<byte[]> messages) implements Inbox {

    @Override
    public void open(Runnable wakeUp) {}

    @Override
    public byte @Nullable [] poll() {
      return messages.hasNext() ? messages.next() : null;
    }

    @Override
    public long position() {
      return 0;
    }
  }
}
