/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
import io.statefun.function.QueryHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QueryHandlerTest {

  private static final Address ANN = Address.of("test/account", "ann");
  private static final TypeName ACCOUNT = TypeName.parse("test/account");

  private final Account account = new Account();
  private StateFunEngine engine;

  record Deposit(long amount) {}

  record Stall() {}

  record GetBalance() {}

  record GetStatement() {}

  record Statement(long balance, List<Long> deposits, Map<String, Long> byDay, int reminders) {}

  record GetSlowly() {}

  /** Has the handler hang, whoever interrupts it if it is deaf. */
  record Hang(boolean deaf) {}

  record Fail() {}

  record Try(Forbidden what) {}

  enum Forbidden {
    SET,
    CLEAR,
    ADD,
    PUT,
    SEND,
    SEND_LATER,
    REPLY,
    CANCEL,
    EGRESS,
    REMIND,
    ASYNC
  }

  record Ask(String id) {}

  @StatefulFunction("test/account")
  static class Account {

    final CountDownLatch stalled = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    final CountDownLatch answer = new CountDownLatch(1);
    final CountDownLatch interrupted = new CountDownLatch(1);
    final AtomicInteger slow = new AtomicInteger();

    @MessageHandler
    void on(
        Deposit deposit,
        @State("balance") ValueState<Long> balance,
        @State("deposits") ListState<Long> deposits,
        @State("byDay") MapState<String, Long> byDay,
        Context context) {
      balance.update(0L, value -> value + deposit.amount());
      deposits.add(deposit.amount());
      byDay.put("day-" + deposits.size(), deposit.amount());
      context.reminders().after("mail", Duration.ofDays(1), deposit);
      if (context.caller() != null) {
        context.reply(balance.getOrDefault(0L));
      }
    }

    @MessageHandler
    void on(Stall stall, @State("balance") ValueState<Long> balance) throws InterruptedException {
      balance.set(-1L);
      stalled.countDown();
      assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @QueryHandler
    long on(GetBalance query, @State("balance") ValueState<Long> balance) {
      return balance.getOrDefault(0L);
    }

    @QueryHandler
    Statement on(
        GetStatement query,
        @State("balance") ValueState<Long> balance,
        @State("deposits") ListState<Long> deposits,
        @State("byDay") MapState<String, Long> byDay,
        Context context) {
      List<Long> all = new ArrayList<>();
      deposits.forEach(all::add);
      Map<String, Long> days = new java.util.TreeMap<>();
      byDay.entries().forEach(entry -> days.put(entry.getKey(), entry.getValue()));
      return new Statement(balance.getOrDefault(0L), all, days, context.reminders().list().size());
    }

    @QueryHandler
    long on(GetSlowly query, @State("balance") ValueState<Long> balance)
        throws InterruptedException {
      slow.incrementAndGet();
      assertThat(answer.await(20, TimeUnit.SECONDS)).isTrue();
      return balance.getOrDefault(0L);
    }

    @QueryHandler
    String on(Hang query) throws InterruptedException {
      slow.incrementAndGet();
      while (true) {
        try {
          answer.await();
          return "the test is over";
        } catch (InterruptedException e) {
          if (!query.deaf()) {
            throw e;
          }
          interrupted.countDown();
        }
      }
    }

    @QueryHandler
    String on(Fail query) {
      throw new IllegalStateException("broken on purpose");
    }

    @QueryHandler
    String on(
        Try query,
        @State("balance") ValueState<Long> balance,
        @State("deposits") ListState<Long> deposits,
        @State("byDay") MapState<String, Long> byDay,
        Context context) {
      switch (query.what()) {
        case SET -> balance.set(7L);
        case CLEAR -> balance.clear();
        case ADD -> deposits.add(7L);
        case PUT -> byDay.put("x", 7L);
        case SEND -> context.send(ANN, new Deposit(7));
        case SEND_LATER -> context.sendAfter(Duration.ofDays(1), ANN, new Deposit(7));
        case REPLY -> context.reply("now");
        case CANCEL -> context.cancel(CancellationToken.of("x"));
        case EGRESS -> context.egress(EgressRecord.of(TypeName.parse("test/out"), "x"));
        case REMIND -> context.reminders().at("x", Instant.MAX, new Deposit(7));
        case ASYNC -> context.async(new Deposit(7), new CompletableFuture<>());
      }
      return "done";
    }
  }

  @StatefulFunction("test/asker")
  static class Asker {

    @MessageHandler
    void on(Ask ask, @State("caller") ValueState<Address> caller, Context context) {
      caller.set(java.util.Objects.requireNonNull(context.caller()));
      context.send("test/account", ask.id(), new Deposit(5));
      context.send("test/account", ask.id(), new GetBalance());
    }

    @MessageHandler
    void on(Long answer, @State("caller") ValueState<Address> caller, Context context) {
      // The first is the reply to the deposit.
      context.send(java.util.Objects.requireNonNull(caller.get()), answer);
    }
  }

  @BeforeEach
  void start() {
    engine =
        StateFunEngine.builder("test")
            .partitions(8)
            .workers(2)
            .defaultFailurePolicy(
                new FailurePolicy(
                    1, Duration.ofMillis(1), Duration.ofMillis(1), 1, OnFailure.Then.DEAD_LETTER))
            .snapshotStore(new InMemorySnapshotStore())
            .stateBackend(application -> new HeapBackend())
            .queryLimits(new QueryLimits(2, 4, Duration.ofSeconds(20)))
            .function(account)
            .function(new Asker())
            .build();
    engine.start();
  }

  @AfterEach
  void stop() {
    account.goOn.countDown();
    account.answer.countDown();
    engine.close();
  }

  private long balance() {
    return engine.query(ANN, new GetBalance(), Long.class).join();
  }

  private void deposit(long amount) {
    engine.request(ANN, new Deposit(amount)).join();
  }

  private static RequestFailedException failure(CompletableFuture<?> query) {
    try {
      query.orTimeout(20, TimeUnit.SECONDS).join();
      throw new AssertionError("It was answered");
    } catch (CompletionException e) {
      return java.util.Objects.requireNonNull((RequestFailedException) e.getCause());
    }
  }

  @Test
  void whoeverHasHeardOfACommitFindsItInAnAnswer() {
    for (long expected = 1; expected <= 200; expected++) {
      deposit(1);

      assertThat(balance()).isEqualTo(expected);
    }
  }

  @Test
  void aHandlerThatHangsIsInterruptedByTheShutdownAndAllWhoWaitAreTold() {
    List<CompletableFuture<String>> hanging =
        IntStream.range(0, 4)
            .mapToObj(i -> engine.query(ANN, new Hang(false), String.class))
            .toList();
    await().until(() -> account.slow.get() == 2);

    engine.close();

    hanging.forEach(query -> assertThat(query).failsWithin(Duration.ofSeconds(10)));
    assertThat(account.slow).as("those behind were not begun").hasValue(2);
    await().until(() -> queryThreads().isEmpty());
  }

  @Test
  void aHandlerThatHeedsNoInterruptHoldsUpNeitherTheShutdownNorTheEndOfTheProcess()
      throws Exception {
    var unused = engine.query(ANN, new Hang(true), String.class);
    await().until(() -> account.slow.get() == 1);
    long begun = System.nanoTime();

    engine.close();

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(9));
    assertThat(account.interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(queryThreads()).isNotEmpty().allMatch(Thread::isDaemon);
  }

  private static List<Thread> queryThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("statefun-query"))
        .toList();
  }

  @Test
  void anInstanceThatNeverWasHasNoState() {
    assertThat(balance()).isZero();
  }

  @Test
  void anAnswerIsMadeOfValuesListsMapsAndRemindersOfOneCommit() {
    deposit(5);
    deposit(7);

    assertThat(engine.query(ANN, new GetStatement(), Statement.class).join())
        .isEqualTo(new Statement(12, List.of(5L, 7L), Map.of("day-1", 5L, "day-2", 7L), 1));
  }

  @Test
  void statesFitTogetherWhileTheyChange() {
    CompletableFuture<?> writes =
        CompletableFuture.runAsync(() -> IntStream.range(0, 300).forEach(i -> deposit(1)));
    long newest = 0;
    while (!writes.isDone()) {
      Statement seen = engine.query(ANN, new GetStatement(), Statement.class).join();

      assertThat(seen.balance()).isEqualTo(seen.deposits().size()).isGreaterThanOrEqualTo(newest);
      assertThat(seen.byDay()).hasSize(seen.deposits().size());
      newest = seen.balance();
    }
    writes.join();
    assertThat(balance()).isEqualTo(300);
  }

  @Test
  void aQueryIsAnsweredWhileTheInstanceIsBusyAndSeesNothingOfWhatIsNotCommitted() throws Exception {
    deposit(5);
    var unused = engine.send(ANN, new Stall());
    assertThat(account.stalled.await(20, TimeUnit.SECONDS)).isTrue();

    assertThat(balance()).isEqualTo(5);
  }

  @Test
  void aSlowQueryHoldsUpNeitherTheInstanceNorOtherQueries() {
    deposit(5);
    CompletableFuture<Long> slow = engine.query(ANN, new GetSlowly(), Long.class);
    await().until(() -> account.slow.get() == 1);

    deposit(7);
    assertThat(balance()).isEqualTo(12);
    assertThat(slow).isNotDone();

    account.answer.countDown();
    assertThat(slow.join()).as("what was committed when it began").isEqualTo(5);
  }

  @Test
  void whatIsTooMuchIsRefusedAndTakenAgainWhenThereIsRoom() {
    List<CompletableFuture<Long>> slow =
        IntStream.range(0, 4)
            .mapToObj(i -> engine.query(ANN, new GetSlowly(), Long.class))
            .toList();

    assertThat(engine.queriesUnderWay()).isEqualTo(4);
    assertThat(failure(engine.query(ANN, new GetBalance())))
        .hasMessageContaining("4 queries wait")
        .extracting(RequestFailedException::reason)
        .isEqualTo(RequestFailedException.Reason.UNAVAILABLE);

    account.answer.countDown();
    assertThat(slow).allSatisfy(query -> assertThat(query.join()).isZero());
    await().until(() -> engine.queriesUnderWay() == 0);
    assertThat(balance()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aQueryCanChangeNothing(Forbidden what) {
    assertThat(failure(engine.query(ANN, new Try(what))))
        .hasMessageContaining("A query handler of " + ANN + " cannot ")
        .hasMessageContaining("Have a @MessageHandler do that.")
        .extracting(RequestFailedException::reason)
        .isEqualTo(RequestFailedException.Reason.FAILED);
    assertThat(balance()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void norCanOneThatComesAsAMessage(Forbidden what) {
    assertThat(failure(engine.request(ANN, new Try(what))))
        .hasMessageContaining("A query handler of " + ANN + " cannot ")
        .extracting(RequestFailedException::reason)
        .isEqualTo(RequestFailedException.Reason.DEAD_LETTER);
    assertThat(balance()).isZero();
  }

  @Test
  void aQueryThatFailsSaysWhyAndLeavesNoDeadLetter() {
    assertThat(failure(engine.query(ANN, new Fail())))
        .hasMessageContaining("broken on purpose")
        .extracting(RequestFailedException::reason)
        .isEqualTo(RequestFailedException.Reason.FAILED);
    assertThat(engine.deadLetters().list(10).join().letters()).isEmpty();
  }

  @Test
  void aQueryThatComesAsAMessageIsAnsweredInItsTurn() {
    CompletableFuture<Long> answers =
        engine.request(Address.of("test/asker", "x"), new Ask("ann"), Long.class);

    assertThat(answers.join()).isEqualTo(5);
    assertThat(engine.request(ANN, new GetBalance(), Long.class).join()).isEqualTo(5);
  }

  @Test
  void aQueryThatNobodyWaitsForDoesNothing() {
    engine.send(ANN, new GetBalance()).join();

    assertThat(engine.deadLetters().list(10).join().letters()).isEmpty();
  }

  @Test
  void whatIsAQueryIsKnown() {
    MessageTypes types = engine.messageTypes();

    assertThat(engine.isQuery(ACCOUNT, types.forClass(GetBalance.class).typeName())).isTrue();
    assertThat(engine.isQuery(ACCOUNT, types.forClass(Deposit.class).typeName())).isFalse();
    assertThat(engine.isQuery(TypeName.parse("test/no"), types.forClass(Fail.class).typeName()))
        .isFalse();
  }

  @Test
  void whatIsNoQueryIsRefused() {
    assertThatThrownBy(() -> engine.query(ANN, new Deposit(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("test/account")
        .hasMessageContaining("GetBalance");
    assertThatThrownBy(() -> engine.query(Address.of("test/no", "x"), new GetBalance()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("There is no function 'test/no' in this application");
  }

  @Test
  void anEngineThatHasStoppedAnswersNothing() {
    engine.close();

    assertThatThrownBy(this::balance).isInstanceOf(IllegalStateException.class);
  }
}
