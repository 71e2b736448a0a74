/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.function.AsyncResult;
import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
import io.statefun.function.StatefulFunction;
import io.statefun.io.Egress;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TracingTest {

  private static final Address FIRST = Address.of("test/first", "1");
  private static final Address SECOND = Address.of("test/second", "1");
  private static final Address FAR = Address.of("far/away", "1");
  private static final int MANY = 1_000;

  private final Follower follower = new Follower();
  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private final List<Egress.Delivery> records = new ArrayList<>();
  private final FarAway farAway = new FarAway();
  private final First first = new First();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private @Nullable ManualEngine started;

  record Forward(String to) {}

  record Later(Duration delay) {}

  record Give(@Nullable String own) {}

  record Ask(boolean ends) {}

  record Fail(int times) {}

  @StatefulFunction("test/first")
  final class First {

    private final List<Map<String, byte[]>> seen = new ArrayList<>();
    private final List<AsyncResult.Status> ends = new ArrayList<>();
    private int failures;
    private Follower.@Nullable Span entered;

    @MessageHandler
    void on(Forward forward, Context context) {
      entered = follower.entered();
      seen.add(context.headers());
      context.send(Address.of(forward.to(), "1"), "hello");
    }

    @MessageHandler
    void on(Later later, Context context) {
      context.sendAfter(later.delay(), SECOND, "later");
    }

    @MessageHandler
    void on(Give give, Context context) {
      EgressRecord record = EgressRecord.of(TypeName.parse("test/out"), "given");
      context.egress(
          give.own() == null
              ? record
              : record.withHeaders(Map.of("place", give.own().getBytes(StandardCharsets.UTF_8))));
    }

    @MessageHandler
    void on(Ask ask, Context context) {
      context.async(
          ask, ask.ends() ? CompletableFuture.completedFuture("done") : new CompletableFuture<>());
    }

    @MessageHandler
    void on(AsyncResult<Ask, String> end, Context context) {
      ends.add(end.status());
      context.send(SECOND, "ended");
    }

    @MessageHandler
    void on(Fail fail) {
      if (failures++ < fail.times()) {
        throw new IllegalStateException("broken on purpose");
      }
    }
  }

  @StatefulFunction("test/second")
  static final class Second {

    @MessageHandler
    void on(String text) {}
  }

  /** A function elsewhere, which sends a message on. */
  private static final class FarAway implements RemoteFunction, RemoteFunctions {

    private final List<RemoteBatch> batches = new ArrayList<>();
    private int failures;

    @Override
    public Collection<RemoteFunction> named() {
      return List.of(this);
    }

    @Override
    public boolean hasNamespaces() {
      return false;
    }

    @Override
    public @Nullable RemoteFunction find(TypeName type) {
      return null;
    }

    @Override
    public TypeName type() {
      return FAR.type();
    }

    @Override
    public FailurePolicy failurePolicy() {
      return new FailurePolicy(
          2, Duration.ofMillis(1), Duration.ofMillis(1), 1, OnFailure.Then.DEAD_LETTER);
    }

    @Override
    public int maxBatchSize() {
      return 10;
    }

    @Override
    public boolean afterCommit() {
      return false;
    }

    @Override
    public long maxWaitingBytes() {
      return Long.MAX_VALUE;
    }

    @Override
    public CompletionStage<RemoteReply> call(RemoteBatch batch) {
      batches.add(batch);
      return failures-- > 0
          ? CompletableFuture.failedFuture(new IllegalStateException("out of reach on purpose"))
          : CompletableFuture.completedFuture(
              new RemoteReply.Done(
                  List.of(),
                  List.of(new RemoteReply.Outgoing(SECOND, batch.messages().get(0).argument())),
                  List.of(),
                  List.of()));
    }
  }

  private ManualEngine engine() {
    ManualEngine known = started;
    if (known == null) {
      known =
          StateFunEngine.builder("test")
              .partitions(4)
              .clock(() -> now)
              .defaultFailurePolicy(
                  new FailurePolicy(
                      2, Duration.ofMillis(1), Duration.ofMillis(1), 1, OnFailure.Then.DEAD_LETTER))
              .snapshotStore(store)
              .stateBackend(application -> new HeapBackend())
              .function(first)
              .function(new Second())
              .remoteFunctions(farAway)
              .egress("test/out", new Receiver())
              .tracing(follower)
              .buildManual();
      started = known;
    }
    return known;
  }

  private final class Receiver implements Egress {

    @Override
    public CompletionStage<Void> deliver(List<Delivery> deliveries) {
      records.addAll(deliveries);
      return CompletableFuture.completedFuture(null);
    }
  }

  @AfterEach
  void close() {
    engine().close();
  }

  private void send(Object message) {
    var unused = engine().send(FIRST, null, message);
    engine().runUntilIdle(MANY);
  }

  private void passes(Duration time) {
    now = now.plus(time);
    engine().runUntilIdle(MANY);
  }

  private void restart() {
    engine().crash();
    engine().restart();
    engine().runUntilIdle(MANY);
  }

  private Follower.Span only(String function) {
    assertThat(follower.of(function)).hasSize(1);
    return follower.of(function).get(0);
  }

  @Test
  void aMessageFromOutsideIsWhereItsSenderIs() {
    follower.goTo("start");

    send(new Forward("test/second"));

    assertThat(only("test/first").from()).isEqualTo("start");
    assertThat(only("test/first").invocation().target()).isEqualTo(FIRST);
    assertThat(only("test/first").invocation().caller()).isNull();
  }

  @Test
  void aMessageToAFunctionIsWhereTheInvocationIsThatSendsIt() {
    follower.goTo("start");

    send(new Forward("test/second"));

    assertThat(only("test/second").from()).isEqualTo("start/first");
    assertThat(only("test/second").invocation().caller()).isEqualTo(FIRST);
  }

  @Test
  void theThreadIsInTheSpanWhileTheHandlerRuns() {
    send(new Forward("test/second"));

    assertThat(first.entered).isSameAs(only("test/first"));
    assertThat(follower.entered()).isNull();
    assertThat(only("test/first").ends()).isEqualTo(1);
  }

  @Test
  void functionsSeeNothingOfIt() {
    follower.goTo("start");

    send(new Forward("test/first-that-is-not-there"));

    assertThat(first.seen).containsExactly(Map.of());
  }

  @Test
  void aMessageThatIsInNoTraceCarriesNothing() {
    send(new Forward("test/second"));

    assertThat(only("test/second").from()).isNull();
  }

  @Test
  void aDelayedMessageIsWhereItWasSentAlsoAfterACrash() {
    follower.goTo("start");
    send(new Later(Duration.ofDays(3)));

    restart();
    passes(Duration.ofDays(3));

    assertThat(only("test/second").from()).isEqualTo("start/first");
  }

  @Test
  void theEndOfAnOperationIsWhereItBegan() {
    follower.goTo("start");

    send(new Ask(true));

    assertThat(first.ends).containsExactly(AsyncResult.Status.SUCCESS);
    assertThat(follower.of("test/first")).hasSize(2);
    assertThat(follower.of("test/first").get(1).from()).isEqualTo("start/first");
    assertThat(only("test/second").from()).isEqualTo("start/first/first");
  }

  @Test
  void anOperationWhoseEndIsNotKnownAfterACrashIsWhereItBegan() {
    follower.goTo("start");
    send(new Ask(false));

    restart();

    assertThat(first.ends).containsExactly(AsyncResult.Status.UNKNOWN);
    assertThat(only("test/second").from()).isEqualTo("start/first/first");
  }

  @Test
  void eachAttemptIsASpanWithItsFailure() {
    follower.goTo("start");

    send(new Fail(1));
    passes(Duration.ofSeconds(1));

    assertThat(follower.of("test/first"))
        .extracting(Follower.Span::from)
        .containsExactly("start", "start");
    assertThat(follower.of("test/first").get(0).failure()).hasMessage("broken on purpose");
    assertThat(follower.of("test/first").get(1).failure()).isNull();
  }

  @Test
  void aDeadLetterThatIsHandledAgainIsWhereItWas() {
    follower.goTo("start");
    send(new Fail(2));
    passes(Duration.ofSeconds(1));
    follower.goTo("elsewhere");

    DeadLetter letter = engine().deadLetters().get(0);

    assertThat(letter.headers()).containsKey(TraceHeader.NAME);
    assertThat(TraceHeader.carried(letter.headers()).get("place")).isEqualTo("start");
  }

  @Test
  void aRecordLeavesWithThePlaceOfTheInvocation() {
    follower.goTo("start");

    send(new Give(null));

    assertThat(header("place")).isEqualTo("start/first");
  }

  @Test
  void aRecordKeepsWhatTheFunctionHasSaid() {
    follower.goTo("start");

    send(new Give("the function's own"));

    assertThat(header("place")).isEqualTo("the function's own");
  }

  private String header(String name) {
    assertThat(records).hasSize(1);
    return new String(
        Objects.requireNonNull(records.get(0).headers().get(name)), StandardCharsets.UTF_8);
  }

  @Test
  void aFunctionElsewhereIsCalledWithThePlaceOfTheCall() {
    follower.goTo("start");

    send(new Forward("far/away"));

    assertThat(only("far/away").from()).isEqualTo("start/first");
    assertThat(farAway.batches.get(0).trace().get("place")).isEqualTo("start/first/away");
    assertThat(only("far/away").ends()).isEqualTo(1);
    assertThat(only("test/second").from()).isEqualTo("start/first/away");
  }

  @Test
  void eachAttemptToCallAFunctionElsewhereIsASpan() {
    farAway.failures = 1;
    follower.goTo("start");

    send(new Forward("far/away"));
    passes(Duration.ofSeconds(1));

    assertThat(follower.of("far/away")).hasSize(2).allMatch(span -> span.ends() == 1);
    assertThat(follower.of("far/away").get(0).failure()).hasMessageContaining("out of reach");
    assertThat(follower.of("far/away").get(1).failure()).isNull();
  }

  @Test
  void theMessagesOfABatchEachSayWhereTheyAreFrom() {
    follower.goTo("one");
    var unused = engine().send(FAR, null, "a");
    follower.goTo("two");
    var unusedToo = engine().send(FAR, null, "b");
    engine().runUntilIdle(MANY);

    Follower.Span span = only("far/away");
    assertThat(span.invocation().messages()).hasSize(2);
    assertThat(List.of(span.from(0), span.from(1))).containsExactly("one", "two");
    assertThat(span.invocation().elsewhere()).isTrue();
  }
}
