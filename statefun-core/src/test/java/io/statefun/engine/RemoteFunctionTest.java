/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
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
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteFunctionTest {

  private static final TypeName SUM = TypeName.of("elsewhere", "sum");
  private static final Address A = Address.of(SUM, "a");
  private static final Address B = Address.of(SUM, "b");
  private static final Address OTHER_SUM = Address.of(SUM, "other");
  private static final Address OTHER = Address.of("here/other", "o");
  private static final TypeName LONG = TypeName.of("io.statefun.types", "long");
  private static final int MANY = 10_000;

  private final MessageTypes types = MessageTypes.standard();
  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private final Elsewhere sum = new Elsewhere(SUM);
  private final List<Object> beans = new ArrayList<>(List.of(new Other()));
  private final List<Ingress> ingresses = new ArrayList<>();
  private final List<RemoteFunction> remotes = new ArrayList<>(List.of(sum));
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private ManualEngine engine = newEngine();

  /** In this process: keeps what it is told. */
  @StatefulFunction("here/other")
  static class Other {

    @MessageHandler
    void on(Long number, @State("last") ValueState<Long> last) {
      last.set(number);
    }
  }

  /** The function that is elsewhere otherwise, in this process. */
  @StatefulFunction("elsewhere/sum")
  static class SumHere {

    private @Nullable String token;

    @MessageHandler
    void on(String ask, Context context) {
      token = context.awakeable(Long.class, Duration.ofDays(1), -1L).token();
    }

    @MessageHandler
    void on(Long number, @State("sum") ValueState<Long> sum, Context context) {
      sum.update(0L, before -> before + number);
    }
  }

  /** A function elsewhere, which answers at once, or when the test says so. */
  private static final class Elsewhere implements RemoteFunction {

    private final TypeName type;
    private final List<RemoteBatch> batches = new ArrayList<>();
    private final List<CompletableFuture<RemoteReply>> open = new ArrayList<>();
    private @Nullable Function<RemoteBatch, RemoteReply> answers;
    private boolean afterCommit;
    private long maxWaiting = Long.MAX_VALUE;
    private OnFailure.Then then = OnFailure.Then.DEAD_LETTER;

    Elsewhere(TypeName type) {
      this.type = type;
    }

    @Override
    public TypeName type() {
      return type;
    }

    @Override
    public FailurePolicy failurePolicy() {
      return new FailurePolicy(2, Duration.ofMillis(10), Duration.ofMillis(10), 1, then);
    }

    @Override
    public int maxBatchSize() {
      return 100;
    }

    @Override
    public boolean afterCommit() {
      return afterCommit;
    }

    @Override
    public long maxWaitingBytes() {
      return maxWaiting;
    }

    @Override
    public CompletionStage<RemoteReply> call(RemoteBatch batch) {
      batches.add(batch);
      Function<RemoteBatch, RemoteReply> known = answers;
      CompletableFuture<RemoteReply> reply = new CompletableFuture<>();
      if (known == null) {
        open.add(reply);
      } else {
        try {
          reply.complete(known.apply(batch));
        } catch (RuntimeException e) {
          reply.completeExceptionally(e);
        }
      }
      return reply;
    }

    RemoteBatch last() {
      return batches.get(batches.size() - 1);
    }
  }

  private ManualEngine newEngine() {
    StateFunEngine.Builder builder =
        StateFunEngine.builder("test")
            .partitions(2)
            .clock(() -> now)
            .snapshotStore(store)
            .stateBackend(application -> new HeapBackend())
            .remoteFunctions(new Known());
    beans.forEach(builder::function);
    ingresses.forEach(builder::ingress);
    return builder.buildManual();
  }

  private final class Known implements RemoteFunctions {

    @Override
    public Collection<RemoteFunction> named() {
      return remotes;
    }

    @Override
    public boolean hasNamespaces() {
      return true;
    }

    @Override
    public @Nullable RemoteFunction find(TypeName type) {
      return type.namespace().equals("anywhere") ? found(type) : null;
    }

    private Elsewhere found(TypeName type) {
      Elsewhere made = new Elsewhere(type);
      made.answers = batch -> RemoteReply.Done.NOTHING;
      remotes.add(made);
      return made;
    }
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void send(Address to, long... numbers) {
    for (long number : numbers) {
      CompletableFuture<Void> unused = engine.send(to, null, number);
    }
  }

  private void run() {
    engine.runUntilIdle(MANY);
  }

  private TypedValue number(long value) {
    return types.wrap(value);
  }

  private List<Long> numbers(RemoteBatch batch) {
    return batch.messages().stream().map(item -> number(item.argument())).toList();
  }

  private long number(TypedValue value) {
    return value.as(types.forClass(Long.class));
  }

  /** Adds up what comes in a state that it asks for first. */
  private RemoteReply adds(RemoteBatch batch) {
    if (batch.states().isEmpty()) {
      return new RemoteReply.Incomplete(
          List.of(new RemoteReply.Declared("sum", LONG, Retention.FOREVER)));
    }
    TypedValue before = batch.states().get(0).value();
    long total = before == null ? 0 : number(before);
    for (long number : numbers(batch)) {
      total += number;
    }
    return new RemoteReply.Done(
        List.of(new RemoteReply.Mutation("sum", number(total))), List.of(), List.of(), List.of());
  }

  private static RemoteReply.Done sending(RemoteReply.Outgoing... messages) {
    return new RemoteReply.Done(List.of(), List.of(messages), List.of(), List.of());
  }

  private static RemoteReply.Done later(RemoteReply.Delayed... messages) {
    return new RemoteReply.Done(List.of(), List.of(), List.of(messages), List.of());
  }

  private @Nullable Object sumOf(Address address) {
    Object value = engine.state(address, "sum");
    return value instanceof TypedValue typed ? (Object) number(typed) : value;
  }

  // Calls

  @Test
  void aFunctionElsewhereIsAskedForItsStatesOnceAndThenGetsThem() {
    sum.answers = this::adds;

    send(A, 1);
    run();
    send(A, 2);
    run();

    assertThat(sum.batches).hasSize(3);
    assertThat(sum.batches.get(0).states()).isEmpty();
    assertThat(sum.batches.get(1).id()).isEqualTo(sum.batches.get(0).id());
    assertThat(sum.batches.get(1).states()).containsExactly(new RemoteBatch.State("sum", null));
    assertThat(sum.last().states()).containsExactly(new RemoteBatch.State("sum", number(1)));
    assertThat(sumOf(A)).isEqualTo(3L);
  }

  @Test
  void whileItsFirstCallIsUnderWayTheOthersWaitSoThatTheyAreSentWithState() {
    for (int i = 0; i < 50; i++) {
      send(Address.of(SUM, "i" + i), 1);
    }
    run();
    assertThat(sum.batches).hasSize(1);

    sum.answers = this::adds;
    sum.open.get(0).complete(adds(sum.last()));
    run();

    assertThat(sum.batches.stream().filter(batch -> batch.states().isEmpty())).hasSize(1);
    assertThat(sum.batches).hasSize(51);
    assertThat(sumOf(Address.of(SUM, "i7"))).isEqualTo(1L);
  }

  @Test
  void aFirstCallThatHangsHoldsUpTheOthersForAMomentOnly() {
    send(A, 1);
    send(B, 1);
    run();
    assertThat(sum.batches).hasSize(1);

    now = now.plusMillis(FirstCalls.MAX_MILLIS);
    run();

    assertThat(sum.batches).hasSize(2);
  }

  @Test
  void whatComesDuringACallIsTheNextBatchOfThatInstanceAndHoldsUpNoOther() {
    sum.answers = batch -> RemoteReply.Done.NOTHING;
    send(OTHER_SUM, 0);
    run();
    sum.answers = null;
    sum.batches.clear();
    send(A, 1);
    run();
    send(A, 2, 3);
    send(B, 4);
    run();
    assertThat(sum.batches).extracting(this::numbers).containsExactly(List.of(1L), List.of(4L));

    sum.open.get(0).complete(RemoteReply.Done.NOTHING);
    run();

    assertThat(numbers(sum.last())).containsExactly(2L, 3L);
  }

  @Test
  void whatItSendsAndGivesToEgressesIsDoneWithTheReply() {
    sum.answers =
        batch ->
            new RemoteReply.Done(
                List.of(),
                List.of(new RemoteReply.Outgoing(OTHER, number(7))),
                List.of(),
                List.of(EgressRecord.of(TypeName.of("test", "out"), number(8))));

    send(A, 1);
    run();

    assertThat(engine.state(OTHER, "last")).isEqualTo(7L);
    assertThat(engine.emitted()).extracting(record -> number(record.value())).containsExactly(8L);
  }

  @Test
  void aReplyIsAppliedAsAWholeOrNotAtAll() {
    sum.answers =
        batch ->
            new RemoteReply.Done(
                List.of(new RemoteReply.Mutation("unknown", number(1))),
                List.of(new RemoteReply.Outgoing(OTHER, number(7))),
                List.of(),
                List.of());

    send(A, 1);
    runLong();

    assertThat(engine.state(OTHER, "last")).isNull();
    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(letter -> assertThat(letter.cause()).contains("unknown", "not declared"));
  }

  @Test
  void aReplyToARequestFromBeforeARescalingIsDropped() {
    Address gone = Address.of("io.statefun/reply", "2/x");
    sum.answers = batch -> sending(new RemoteReply.Outgoing(gone, number(1)));

    send(A, 1);
    runLong();

    assertThat(engine.deadLetters()).isEmpty();
    sum.answers = this::adds;
    send(A, 5);
    run();
    assertThat(sumOf(A)).isEqualTo(5L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "/", "a/b", "-1/x", "99999999999/x"})
  void aReplyToARequestThatItHasMadeUpIsAFailureOfThatFunctionAlone(String id) {
    Address nobody = Address.of("io.statefun/reply", id);
    sum.answers =
        batch ->
            batch.target().equals(A)
                ? sending(new RemoteReply.Outgoing(nobody, number(1)))
                : later(delayed(10, nobody, 1, "token"));

    send(A, 1);
    send(B, 1);
    runLong();

    assertThat(engine.deadLetters())
        .hasSize(2)
        .allSatisfy(letter -> assertThat(letter.cause()).contains("no request to reply to"));
    sum.answers = this::adds;
    send(A, 5);
    run();
    assertThat(sumOf(A)).isEqualTo(5L);
  }

  @Test
  void whatItSendsLaterComesThenUnlessItCancelsIt() {
    sum.answers =
        batch ->
            later(
                delayed(100, OTHER, 5, "kept"),
                delayed(100, OTHER, 6, "dropped"),
                new RemoteReply.Delayed(Duration.ZERO, null, "dropped"));

    send(A, 1);
    run();
    assertThat(engine.state(OTHER, "last")).isNull();
    now = now.plusMillis(100);
    run();

    assertThat(engine.state(OTHER, "last")).isEqualTo(5L);
  }

  private RemoteReply.Delayed delayed(long millis, Address to, long number, String token) {
    return new RemoteReply.Delayed(
        Duration.ofMillis(millis), new RemoteReply.Outgoing(to, number(number)), token);
  }

  @Test
  void aStateThatExpiresAfterACallLivesOnWithEachCall() {
    Retention second = new Retention(Retention.Mode.AFTER_ACCESS, Duration.ofSeconds(1));
    sum.answers =
        batch ->
            batch.states().isEmpty()
                ? new RemoteReply.Incomplete(List.of(new RemoteReply.Declared("sum", LONG, second)))
                : numbers(batch).get(0) == 0 ? RemoteReply.Done.NOTHING : adds(batch);
    send(A, 1);
    run();

    now = now.plusMillis(900);
    send(A, 0);
    run();
    now = now.plusMillis(900);
    send(A, 0);
    run();
    assertThat(sum.last().states().get(0).value()).isEqualTo(number(1));

    now = now.plusMillis(1_000);
    send(A, 0);
    run();
    assertThat(sum.last().states().get(0).value()).isNull();
  }

  @Test
  void functionsOfANamespaceAreFoundWhenSomebodySendsToThem() {
    send(Address.of("anywhere/any", "x"), 1);
    run();

    assertThat(((Elsewhere) remotes.get(1)).batches).hasSize(1);
  }

  // Crashes

  @Test
  void aCallThatWasUnderWayIsCalledAgainAfterACrashWithTheSameIdAndMessages() {
    sum.afterCommit = true;
    send(A, 1, 2);
    run();
    RemoteBatch before = sum.last();
    send(A, 3);
    run();

    engine.crash();
    engine.restart();
    run();

    assertThat(sum.last()).isEqualTo(before).isNotSameAs(before);
    sum.open.get(1).complete(RemoteReply.Done.NOTHING);
    run();
    assertThat(numbers(sum.last())).containsExactly(3L);
  }

  @Test
  void aCallThatWaitsForItsCommitIsNotMadeBefore() {
    sum.afterCommit = true;
    send(A, 1);

    engine.runWithoutCommit(MANY);
    assertThat(sum.batches).isEmpty();

    run();
    assertThat(sum.batches).hasSize(1);
  }

  @Test
  void aCallThatWasNotCommittedHasAnotherIdAfterACrash() {
    CompletableFuture<Void> sent = engine.send(A, null, 1L);
    engine.runWithoutCommit(MANY);
    String before = sum.last().id();
    assertThat(sent).isNotDone();

    engine.crash();
    engine.restart();
    send(A, 1);
    run();

    assertThat(sum.last().id()).isNotEqualTo(before);
  }

  @Test
  void aReplyIsAppliedOnceAlthoughTheCallWasMadeTwice() {
    sum.answers = this::adds;
    send(A, 1);
    run();
    sum.answers = null;
    send(A, 2);
    run();
    RemoteReply reply = adds(sum.last());

    engine.crash();
    engine.restart();
    run();
    sum.open.get(0).complete(reply);
    sum.answers = this::adds;
    sum.open.get(1).complete(adds(sum.last()));
    run();

    assertThat(sumOf(A)).isEqualTo(3L);
  }

  @Test
  void manyMessagesForAFunctionThatDoesNotAnswerSurviveACrashInTheirOrder() {
    for (int i = 0; i < 5_000; i++) {
      send(Address.of(SUM, "i" + i % 700), i);
    }
    run();
    engine.crash();
    engine.restart();
    sum.batches.clear();
    sum.answers = batch -> RemoteReply.Done.NOTHING;
    run();

    for (int instance = 0; instance < 700; instance++) {
      String id = "i" + instance;
      List<Long> got =
          sum.batches.stream()
              .filter(batch -> batch.target().id().equals(id))
              .flatMap(batch -> numbers(batch).stream())
              .toList();
      assertThat(got).isSorted().doesNotHaveDuplicates().hasSize((5_000 - instance + 699) / 700);
    }
  }

  // Failures

  @Test
  void aCallThatFailsIsTriedAgainWithTheSameId() {
    send(A, 1);
    run();
    sum.open.get(0).completeExceptionally(new IOException("connection refused"));
    run();
    now = now.plusMillis(10);
    run();

    assertThat(sum.batches).hasSize(2);
    assertThat(sum.batches.get(1)).isEqualTo(sum.batches.get(0));
  }

  @Test
  void ofABatchThatFailsOnlyTheMessagesGoToTheDeadLettersThatFailAlone() {
    sum.answers =
        batch -> {
          if (numbers(batch).contains(13L)) {
            throw new IllegalStateException("unlucky");
          }
          return adds(batch);
        };
    send(A, 1, 13, 2);
    runLong();

    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(letter -> assertThat(number(letter.value())).isEqualTo(13));
    assertThat(sumOf(A)).isEqualTo(3L);
  }

  @Test
  void whatHasComeInManyEpochsDuringACallComesInItsOrderAfterACrash() {
    List<Long> sent = new ArrayList<>();
    for (long number = 0; number < 10; number++) {
      send(A, number);
      run();
      sent.add(number);
    }
    engine.close();

    engine = newEngine();
    send(A, 10);
    run();
    sum.open.get(1).complete(RemoteReply.Done.NOTHING);
    run();

    assertThat(sum.batches).extracting(this::numbers).startsWith(List.of(0L), List.of(0L));
    assertThat(numbers(sum.last())).startsWith(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
  }

  @Test
  void whatWaitsIsNotStoredAgainWithEachEpoch() throws IOException {
    for (long number = 0; number < 200; number++) {
      send(A, number);
    }
    run();
    List<String> before = store.list("");

    send(OTHER, 1);
    run();

    List<String> more = new ArrayList<>(store.list(""));
    more.removeAll(before);
    assertThat(more).isNotEmpty();
    for (String name : more) {
      assertThat(store.size(name)).as(name).isLessThan(1_000);
    }
  }

  @Test
  void aFunctionThatIsStoppedKeepsItsMessages() {
    sum.then = OnFailure.Then.STOP;
    engine.close();
    engine = newEngine();
    sum.answers =
        batch -> {
          throw new IllegalStateException("broken");
        };
    send(A, 1);
    runLong();
    engine.close();
    assertThat(sum.batches).hasSize(2);

    sum.answers = this::adds;
    engine = newEngine();
    run();
    assertThat(sumOf(A)).isEqualTo(1L);
  }

  @Test
  void aFunctionThatAsksAgainForWhatItWasGivenFails() {
    sum.answers =
        batch ->
            new RemoteReply.Incomplete(
                List.of(new RemoteReply.Declared("sum", LONG, Retention.FOREVER)));
    send(A, 1);
    runLong();

    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(letter -> assertThat(letter.cause()).contains("asks for states"));
  }

  @Test
  void aFunctionThatDeclaresStatesWithoutEndFails() {
    sum.answers =
        batch ->
            new RemoteReply.Incomplete(
                IntStream.range(0, 1_001)
                    .mapToObj(i -> new RemoteReply.Declared("s" + i, LONG, Retention.FOREVER))
                    .toList());
    send(A, 1);
    runLong();

    assertThat(sum.last().states()).isEmpty();
    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(letter -> assertThat(letter.cause()).contains("more than 1000 states"));
  }

  @Test
  void messagesWaitAsLongAsAStateIsDeclaredWithAnotherTypeThanItIsStoredWith() {
    sum.answers = this::adds;
    send(A, 1);
    run();
    engine.close();
    engine = newEngine();
    sum.answers =
        batch ->
            new RemoteReply.Incomplete(
                List.of(
                    new RemoteReply.Declared(
                        "sum", TypeName.of("io.statefun.types", "int"), Retention.FOREVER)));
    send(A, 2);
    runLong();
    assertThat(engine.deadLetters()).isEmpty();
    engine.close();

    sum.answers = this::adds;
    engine = newEngine();
    runLong();
    assertThat(sumOf(A)).isEqualTo(3L);
  }

  // Back-pressure

  @Test
  void aFunctionThatDoesNotAnswerHoldsUpTheIngressesThatFeedItAndNoOther() {
    sum.maxWaiting = 50_000;
    Endless direct = new Endless("direct", i -> Address.of(SUM, "i" + i));
    Endless indirect = new Endless("indirect", i -> Address.of("here/relay", "i" + i));
    Endless other = new Endless("other", i -> Address.of(OTHER.type(), "i" + i));
    ingresses.addAll(List.of(direct, indirect, other));
    beans.add(new Relay());
    engine.close();
    engine = newEngine();

    runUntil(() -> other.read > 20_000);

    assertThat(direct.read).isPositive().isLessThan(10_000);
    assertThat(indirect.read).isPositive().isLessThan(10_000);

    sum.answers = batch -> RemoteReply.Done.NOTHING;
    sum.open.forEach(reply -> reply.complete(RemoteReply.Done.NOTHING));
    runUntil(() -> direct.read > 20_000 && indirect.read > 20_000);
  }

  private void runUntil(BooleanSupplier done) {
    for (int i = 0; i < 20_000 && !done.getAsBoolean(); i++) {
      runSome();
      now = now.plusMillis(5);
    }
    assertThat(done.getAsBoolean()).isTrue();
  }

  /** An ingress that has something always never comes to rest. */
  private void runSome() {
    try {
      engine.runUntilIdle(500);
    } catch (IllegalStateException tooMany) {
      assertThat(tooMany).hasMessageContaining("too many messages");
    }
  }

  /** Sends on to the function elsewhere. */
  @StatefulFunction("here/relay")
  static class Relay {

    @MessageHandler
    void on(Long number, Context context) {
      context.send(Address.of(SUM, context.self().id()), number);
    }
  }

  /** Has records without end. */
  private final class Endless implements Ingress, Ingress.Split {

    private final String id;
    private final IntFunction<Address> targets;
    private int read;

    Endless(String id, IntFunction<Address> targets) {
      this.id = id;
      this.targets = targets;
    }

    @Override
    public TypeName name() {
      return TypeName.of("test", id);
    }

    @Override
    public List<Split> splits() {
      return List.of(this);
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public void open(byte @Nullable [] position, Runnable wakeUp) {}

    @Override
    public boolean poll(Collector out) {
      out.send(targets.apply(read++), number(1));
      return true;
    }

    @Override
    public byte[] position() {
      return new byte[0];
    }
  }

  // Moves

  @Test
  void aFunctionThatMovesHereFindsItsStateAndItsMessages() {
    sum.answers = this::adds;
    send(A, 1);
    run();
    sum.answers = null;
    send(A, 2);
    run();
    send(A, 3);
    for (int i = 0; i < 1_000; i++) {
      send(Address.of(SUM, "i" + i), 1);
    }
    run();
    engine.close();

    remotes.clear();
    beans.add(new SumHere());
    engine = newEngine();
    run();

    assertThat(sumOf(A)).isEqualTo(6L);
    for (int i = 0; i < 1_000; i++) {
      assertThat(sumOf(Address.of(SUM, "i" + i))).isEqualTo(1L);
    }
  }

  @Test
  void aFunctionThatMovesAwayTakesItsStateWithIt() {
    engine.close();
    remotes.clear();
    beans.add(new SumHere());
    engine = newEngine();
    send(A, 1);
    run();
    engine.close();

    beans.remove(1);
    remotes.add(sum);
    sum.answers = this::adds;
    engine = newEngine();
    send(A, 2);
    run();

    assertThat(sumOf(A)).isEqualTo(3L);
  }

  @Test
  void whatCompletesAnAwakeableOfAFunctionThatHasMovedAwayHasNoCallerThere() {
    engine.close();
    remotes.clear();
    SumHere here = new SumHere();
    beans.add(here);
    engine = newEngine();
    CompletableFuture<Void> unused = engine.send(A, null, "ask");
    run();
    engine.close();

    beans.remove(here);
    remotes.add(sum);
    sum.answers = this::adds;
    engine = newEngine();
    CompletableFuture<Void> completed =
        engine.awakeables().complete(Objects.requireNonNull(here.token), 5L);
    run();

    assertThat(completed).isCompleted();
    assertThat(sum.last().messages())
        .singleElement()
        .isEqualTo(new RemoteBatch.Item(null, number(5)));
  }

  /** As long as nobody can wait any more. */
  private void runLong() {
    for (int i = 0; i < 20; i++) {
      run();
      now = now.plusMillis(50);
    }
    run();
  }
}
