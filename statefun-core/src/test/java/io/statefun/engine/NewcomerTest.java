/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.binding.AnnotatedFunction;
import io.statefun.cluster.EpochLog;
import io.statefun.cluster.EpochOutput;
import io.statefun.cluster.History;
import io.statefun.cluster.Inbox;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.StatefulFunction;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A partition comes to a node that has others, and has its inbox to read. */
class NewcomerTest {

  private static final int PARTITIONS = 3;
  private static final int SENDER = 0;
  private static final int NEIGHBOUR = 1;
  private static final int NEWCOMER = 2;
  private static final int BACKLOG = 5_000;

  private final MessageTypes types = MessageTypes.standard();
  private final SharedLog log = new SharedLog();
  private final List<String> arrived = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Node node;

  record Forward(int partition, String text) {}

  @StatefulFunction("test/relay")
  class Relay {

    @MessageHandler
    void on(Forward forward, Context context) {
      context.send(address(forward.partition()), forward.text());
    }

    @MessageHandler
    void on(String text) {
      arrived.add(text);
    }
  }

  @BeforeEach
  void begin() throws Exception {
    for (int i = 0; i < BACKLOG; i++) {
      log.post(NEWCOMER, letter("backlog"));
    }
    node = node(Set.of(SENDER, NEIGHBOUR));
    complete(node.join(Set.of(NEWCOMER)));
    node.settle();
  }

  @Test
  void whoSendsToANewcomerWithALongInboxIsNotHeldUp() throws Exception {
    forward(NEWCOMER, "for the newcomer");
    forward(NEIGHBOUR, "for the neighbour");

    run(10);

    assertThat(arrived).contains("for the neighbour").doesNotContain("for the newcomer");
    assertThat(node.isWhole()).isFalse();
  }

  @Test
  void messagesToANewcomerComeBehindThoseInItsInbox() throws Exception {
    forward(NEWCOMER, "first");
    run(10);
    mergeAsSoonAsPossible();
    forward(NEWCOMER, "second");
    run(10);

    assertThat(node.isWhole()).isTrue();
    assertThat(arrived).hasSize(BACKLOG + 2).endsWith("first", "second");
  }

  @Test
  void oncePartitionsAreMergedNothingGoesThroughTheLog() throws Exception {
    mergeAsSoonAsPossible();
    int posted = log.posted(NEWCOMER);

    forward(NEWCOMER, "direct");
    run(10);

    assertThat(arrived).endsWith("direct");
    assertThat(log.posted(NEWCOMER)).isEqualTo(posted);
  }

  @Test
  void aNodeThatBeginsWithNothingToReadIsWhole() throws Exception {
    Node another = node(Set.of(SENDER, NEIGHBOUR));
    another.workerAt(0).step();

    assertThat(another.isWhole()).isTrue();
  }

  private void mergeAsSoonAsPossible() throws IOException {
    for (int attempt = 0; !node.isWhole(); attempt++) {
      assertThat(attempt).isLessThan(BACKLOG);
      complete(node.merge());
      node.settle();
      run(1);
    }
  }

  private void complete(CompletableFuture<Void> change) {
    for (int step = 0; !change.isDone(); step++) {
      assertThat(step).isLessThan(1_000);
      run(1);
    }
    change.join();
  }

  private void run(int steps) {
    for (int i = 0; i < steps; i++) {
      node.workerAt(0).step();
      node.committer().step();
    }
  }

  private void forward(int to, String text) {
    CompletableFuture<Void> unused =
        node.send(Message.of(address(SENDER), null, types.wrap(new Forward(to, text))));
  }

  private static Address address(int partition) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> Address.of("test/relay", "relay-" + i))
        .filter(address -> address.partition(PARTITIONS) == partition)
        .findFirst()
        .orElseThrow();
  }

  private byte[] letter(String text) {
    ByteWriter out = new ByteWriter(64);
    Posting.writeLetter(out, SENDER, Message.of(address(NEWCOMER), null, types.wrap(text)));
    return out.toByteArray();
  }

  private Node node(Set<Integer> partitions) throws IOException {
    FunctionInvoker relay = AnnotatedFunction.bind(new Relay(), types, FailurePolicy.DEFAULT);
    NodeServices services =
        new NodeServices(
            InstantSource.system(),
            types,
            new FunctionTypes(List.of(relay)),
            Set.of(),
            expression -> {
              throw new IllegalArgumentException(expression);
            },
            EngineLimits.DEFAULT,
            PARTITIONS);
    return Node.recover(
        new Node.Setup(
            services,
            "test",
            "test",
            UUID.randomUUID(),
            partitions,
            log::inbox,
            1,
            new InMemorySnapshotStore(),
            log,
            new HeapBackend(),
            List.of(),
            Map.of(),
            worker -> Scratch.inMemory(),
            Runnable::run,
            Runnable::run,
            FaultPoint.Listener.NONE,
            new Node.NodeListener() {}));
  }

  /** Commits everything at once, and forgets the epochs. */
  private static final class SharedLog implements EpochLog {

    private final Map<Integer, List<byte[]>> inboxes = new HashMap<>();

    void post(int partition, byte[] content) {
      inboxes.computeIfAbsent(partition, key -> new ArrayList<>()).add(content);
    }

    int posted(int partition) {
      return inboxes.getOrDefault(partition, List.of()).size();
    }

    Inbox inbox(int partition) {
      return new Inbox() {
        private int position;

        @Override
        public void open(Runnable wakeUp) {}

        @Override
        public byte @Nullable [] poll() {
          return position < posted(partition)
              ? inboxes.getOrDefault(partition, List.of()).get(position++)
              : null;
        }

        @Override
        public long position() {
          return position;
        }
      };
    }

    @Override
    public History open(Set<Integer> partitions) {
      return History.NONE;
    }

    @Override
    public EpochId commit(
        long epoch, EpochWriter content, List<EpochHeader.Need> needs, EpochOutput output) {
      output.messages().forEach(message -> post(message.partition(), message.content()));
      return new EpochId(epoch, new UUID(0, 0));
    }

    @Override
    public boolean takesOutput() {
      return true;
    }

    @Override
    public int largestMessage() {
      return Integer.MAX_VALUE;
    }

    @Override
    public Map<Integer, Long> inboxEnds(Set<Integer> partitions) {
      Map<Integer, Long> ends = new HashMap<>();
      partitions.forEach(partition -> ends.put(partition, (long) posted(partition)));
      return ends;
    }

    @Override
    public void collect(List<EpochHeader.Need> needs, FaultPoint.Listener faults) {}
  }
}
