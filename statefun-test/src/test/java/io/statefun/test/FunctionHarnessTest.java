/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import static io.statefun.test.StateFunAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.statefun.binding.InvalidFunctionException;
import io.statefun.engine.CompletionRefusedException;
import io.statefun.engine.DeadLetter;
import io.statefun.engine.FailurePolicy;
import io.statefun.function.AsyncResult;
import io.statefun.function.Awakeable;
import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FunctionHarnessTest {

  record Add(long amount) {}

  record Read() {}

  record Sum(long value) {}

  record Pass(String id, long amount) {}

  record AddLater(Duration delay, long amount) {}

  record Cancel() {}

  record AddEvery(Duration period, long amount) {}

  record AddOnFirstOfMonth(long amount) {}

  record Fetch(String key) {}

  record Fetched(String key, String outcome) {}

  record PingPong() {}

  record Explode(int attempts) {}

  record Touch() {}

  record FanOut(int count) {}

  /** As frameworks of old make them: it can change. */
  static class Changeable {

    public String text = "";

    static Changeable of(String text) {
      Changeable result = new Changeable();
      result.text = text;
      return result;
    }
  }

  private final List<CompletableFuture<String>> operations = new ArrayList<>();

  @StatefulFunction("test/counter")
  class Counter {

    private int explosions;

    @MessageHandler
    void on(Add add, @State("sum") ValueState<Long> sum, Context context) {
      sum.update(0L, value -> value + add.amount());
      context.egress("test/sums", sum.getOrDefault(0L));
    }

    @MessageHandler
    void on(Read read, @State("sum") ValueState<Long> sum, Context context) {
      context.reply(new Sum(sum.getOrDefault(0L)));
    }

    @MessageHandler
    void on(Pass pass, Context context) {
      context.send("test/counter", pass.id(), new Add(pass.amount()));
      context.send("test/other", pass.id(), new Add(pass.amount()));
    }

    @MessageHandler
    void on(AddLater later, Context context) {
      context.sendAfter(
          later.delay(), context.self(), new Add(later.amount()), CancellationToken.of("later"));
    }

    @MessageHandler
    void on(Cancel cancel, Context context) {
      context.cancel(CancellationToken.of("later"));
      context.reminders().cancel("every");
    }

    @MessageHandler
    void on(AddEvery every, Context context) {
      context.reminders().every("every", every.period(), new Add(every.amount()));
    }

    @MessageHandler
    void on(AddOnFirstOfMonth monthly, Context context) {
      context.reminders().cron("monthly", "0 0 0 1 * *", ZoneOffset.UTC, new Add(monthly.amount()));
    }

    @MessageHandler
    void on(Fetch fetch, Context context) {
      CompletableFuture<String> operation = new CompletableFuture<>();
      operations.add(operation);
      context.async(fetch, operation);
    }

    @MessageHandler
    void on(
        AsyncResult<Fetch, String> result,
        @State("fetched") MapState<String, String> fetched,
        Context context) {
      String outcome = result.succeeded() ? "" + result.value() : result.status().name();
      fetched.put(result.request().key(), outcome);
      context.egress(
          EgressRecord.of(
                  TypeName.parse("test/fetched"), new Fetched(result.request().key(), outcome))
              .withKey(context.self().id()));
    }

    @MessageHandler
    void on(FanOut fanOut, Context context) {
      for (int i = 0; i < fanOut.count(); i++) {
        context.send("test/counter", "f" + i % 10, new Add(1));
        context.send("test/other", "f" + i % 10, new Add(1));
      }
    }

    @MessageHandler
    void on(Changeable changeable, Context context) {
      context.send("test/other", "x", changeable);
      changeable.text = "changed after it was sent";
    }

    @MessageHandler
    void on(PingPong ping, Context context) {
      context.send(context.self(), ping);
    }

    @MessageHandler
    void on(Explode explode, @State("sum") ValueState<Long> sum, Context context) {
      sum.set(-1L);
      context.send("test/other", "x", new Add(1));
      if (++explosions < explode.attempts()) {
        throw new IllegalStateException("explosion " + explosions);
      }
      sum.set(100L);
    }
  }

  @StatefulFunction("test/impatient")
  @OnFailure(maxAttempts = 2, initialBackoff = "10s", maxBackoff = "10s")
  static class Impatient {

    @MessageHandler
    void on(Add add) {
      throw new IllegalStateException("never");
    }
  }

  @StatefulFunction("test/stopping")
  @OnFailure(maxAttempts = 1, then = OnFailure.Then.STOP)
  static class Stopping {

    private boolean mended;

    @MessageHandler
    void on(Add add, Context context) {
      if (!mended) {
        throw new IllegalStateException("not mended");
      }
      context.egress("test/sums", add.amount());
    }
  }

  @StatefulFunction("test/short")
  static class ShortMemory {

    @MessageHandler
    void on(Add add, @State(value = "used", expireAfterAccess = "1h") ValueState<Long> used) {
      used.set(add.amount());
    }

    @MessageHandler
    void on(Touch touch, @State(value = "touched", expireAfterWrite = "1h") ValueState<Long> at) {
      at.set(1L);
    }
  }

  @StatefulFunction("test/recent")
  static class Recent {

    @MessageHandler
    void on(Add add, @State(value = "last", expireAfterWrite = "1h") ListState<Long> last) {
      last.add(add.amount());
    }

    @MessageHandler
    void on(
        Touch touch,
        @State(value = "last", expireAfterWrite = "1h") ListState<Long> last,
        Context context) {
      context.egress("test/first", last.get(0));
      context.egress("test/taken", Objects.requireNonNull(last.removeFirst()));
      context.egress("test/taken", Objects.requireNonNull(last.removeLast()));
    }
  }

  private final FunctionHarness harness = FunctionHarness.of(new Counter(), new Impatient());

  @Nested
  class Messages {

    @Test
    void aMessageIsHandledAtOnce() {
      harness.send("test/counter", "a", new Add(5));
      harness.send("test/counter", "a", new Add(2));

      assertThat(harness).state("test/counter", "a", "sum").isEqualTo(7L);
      assertThat(harness).egress("test/sums").containsExactly(5L, 7L);
      assertThat(harness).hasNoFailures();
    }

    @Test
    void functionsUnderTestGetTheMessagesOfOneAnother() {
      harness.send("test/counter", "a", new Pass("b", 3));

      assertThat(harness).sentTo("test/counter", "b").containsExactly(new Add(3));
      assertThat(harness).state("test/counter", "b", "sum").isEqualTo(3L);
    }

    @Test
    void messagesToOtherFunctionsAreKeptToBeLookedAt() {
      harness.send("test/counter", "a", new Pass("b", 3));

      assertThat(harness).sentTo("test/other", "b").containsExactly(new Add(3));
      assertThat(harness).deadLetters().isEmpty();
    }

    @Test
    void messagesOfTheTestAreNotThoseOfFunctions() {
      harness.send("test/counter", "a", new Add(5));

      assertThat(harness).hasSentNothing();
    }

    @Test
    void theTestCanSpeakForAnInstance() {
      harness.from("test/asker", "1").send("test/counter", "a", new Read());

      assertThat(harness).sentTo("test/asker", "1").containsExactly(new Sum(0));
    }

    @Test
    void aRequestIsAnswered() {
      harness.send("test/counter", "a", new Add(5));

      assertThat(harness.request("test/counter", "a", new Read(), Sum.class)).isEqualTo(new Sum(5));
    }

    @Test
    void aRequestWithoutAnswerFailsTheTest() {
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(() -> harness.request("test/counter", "a", new Add(1), Sum.class))
          .withMessage("test/counter/a has not replied to Add[amount=1]");
    }

    @Test
    void aRequestAnsweredWithAnotherTypeFailsTheTest() {
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(() -> harness.request("test/counter", "a", new Read(), Long.class))
          .withMessageContaining("something else than a java.lang.Long");
    }

    @Test
    void aMessageToAFunctionThatIsNotUnderTestIsAMistake() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> harness.send("test/countr", "a", new Add(1)))
          .withMessage(
              "There is no function 'test/countr' in this harness. It has: [test/counter,"
                  + " test/impatient]");
    }

    @Test
    void functionsThatNeverRestFailTheTest() {
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(() -> harness.send("test/counter", "a", new PingPong()))
          .withMessageContaining("The functions do not come to rest")
          .withMessageContaining("test/counter/a");
    }

    @Test
    void oneMessageMayLeadToVeryMany() {
      harness.send("test/counter", "a", new FanOut(20_000));

      assertThat(harness).sentTo("test/other", "f3").hasSize(2_000);
      assertThat(harness).sentTo("test/counter", "f3").hasSize(2_000);
      assertThat(harness).state("test/counter", "f3", "sum").isEqualTo(2_000L);
    }

    @Test
    void aMessageIsShownAsItWasSent() {
      harness.send("test/counter", "a", Changeable.of("as it was sent"));

      assertThat(harness)
          .sentTo("test/other", "x")
          .singleElement()
          .isInstanceOf(Changeable.class)
          .hasFieldOrPropertyWithValue("text", "as it was sent");
    }

    @Test
    void recordsHaveTheirKeys() {
      harness.send("test/counter", "a", new Fetch("k"));
      harness.complete(operations.get(0), "v");

      assertThat(harness)
          .egressRecords("test/fetched")
          .extracting(EgressRecord::key)
          .containsExactly("a");
    }

    @Test
    void whatWasRecordedCanBeForgotten() {
      harness.send("test/counter", "a", new Pass("b", 3));
      harness.clearRecorded();
      harness.send("test/counter", "a", new Add(1));

      assertThat(harness).hasSentNothing();
      assertThat(harness).egress("test/sums").containsExactly(1L);
    }

    @Test
    void aFunctionWithAMistakeIsNotTaken() {
      assertThatExceptionOfType(InvalidFunctionException.class)
          .isThrownBy(() -> FunctionHarness.of("not a function"));
    }
  }

  @Nested
  class Time {

    @Test
    void standsStill() {
      assertThat(harness.now()).isEqualTo(FunctionHarness.DEFAULT_START);
    }

    @Test
    void beginsWhenTheTestSays() {
      Instant start = Instant.parse("2030-06-01T12:00:00Z");

      FunctionHarness later =
          FunctionHarness.builder().functions(new Counter()).startingAt(start).build();

      assertThat(later.now()).isEqualTo(start);
    }

    @Test
    void aDelayedMessageWaitsForItsTime() {
      harness.send("test/counter", "a", new AddLater(Duration.ofHours(2), 5));

      assertThat(harness)
          .delayedTo("test/counter", "a")
          .containsExactly(new Add(5))
          .dueIn(Duration.ofHours(2))
          .dueAt(Instant.parse("2026-01-01T02:00:00Z"))
          .named("later");

      harness.advance(Duration.ofHours(2).minusMillis(1));
      assertThat(harness).state("test/counter", "a", "sum").isEmpty();

      harness.advance(Duration.ofMillis(1));
      assertThat(harness).state("test/counter", "a", "sum").isEqualTo(5L);
      assertThat(harness).sentTo("test/counter", "a").containsExactly(new Add(5));
      assertThat(harness).hasNoPendingTimers();
    }

    @Test
    void aCancelledMessageIsNotSent() {
      harness.send("test/counter", "a", new AddLater(Duration.ofHours(2), 5));
      harness.send("test/counter", "a", new Cancel());

      assertThat(harness).hasNoPendingTimers();
      harness.advance(Duration.ofDays(1));
      assertThat(harness).egress("test/sums").isEmpty();
    }

    @Test
    void whatIsDueHappensInItsOrder() {
      harness.send("test/counter", "b", new AddLater(Duration.ofMinutes(2), 2));
      harness.send("test/counter", "a", new AddLater(Duration.ofMinutes(1), 1));
      harness.send("test/counter", "c", new AddEvery(Duration.ofSeconds(90), 9));

      harness.advanceTo(harness.now().plus(Duration.ofMinutes(3)));

      assertThat(harness).egress("test/sums").containsExactly(1L, 9L, 2L, 18L);
    }

    @Test
    void aReminderIsRepeated() {
      harness.send("test/counter", "a", new AddEvery(Duration.ofHours(1), 1));

      harness.advance(Duration.ofDays(1));

      assertThat(harness).state("test/counter", "a", "sum").isEqualTo(24L);
      assertThat(harness).delayedTo("test/counter", "a").containsExactly(new Add(1)).named("every");
    }

    @Test
    void aCronReminderFollowsTheCalendar() {
      harness.send("test/counter", "a", new AddOnFirstOfMonth(1));

      harness.advanceTo(Instant.parse("2026-12-31T23:59:59Z"));

      assertThat(harness).state("test/counter", "a", "sum").isEqualTo(11L);
    }

    @Test
    void aStateExpires() {
      FunctionHarness shortMemory = FunctionHarness.of(new ShortMemory());
      shortMemory.send("test/short", "a", new Touch());

      shortMemory.advance(Duration.ofMinutes(59));
      assertThat(shortMemory).state("test/short", "a", "touched").isNotEmpty();

      shortMemory.advance(Duration.ofMinutes(1));
      assertThat(shortMemory).state("test/short", "a", "touched").isEmpty();
      assertThat(shortMemory).hasNoPendingTimers();
    }

    @Test
    void eachEntryOfAListExpiresByItself() {
      FunctionHarness recent = FunctionHarness.of(new Recent());
      recent.send("test/recent", "a", new Add(1));
      recent.advance(Duration.ofMinutes(40));
      recent.send("test/recent", "a", new Add(2));
      recent.send("test/recent", "a", new Add(3));
      recent.send("test/recent", "a", new Add(4));
      assertThat(recent).state("test/recent", "a", "last").isEqualTo(List.of(1L, 2L, 3L, 4L));

      recent.advance(Duration.ofMinutes(20));
      assertThat(recent).state("test/recent", "a", "last").isEqualTo(List.of(2L, 3L, 4L));

      recent.send("test/recent", "a", new Touch());
      assertThat(recent).egress("test/first").containsExactly(2L);
      assertThat(recent).egress("test/taken").containsExactly(2L, 4L);
      assertThat(recent).state("test/recent", "a", "last").isEqualTo(List.of(3L));

      recent.advance(Duration.ofMinutes(40));
      assertThat(recent).state("test/recent", "a", "last").isEqualTo(List.of());
      assertThat(recent).hasNoPendingTimers();
    }

    @Test
    void lookingAtAStateDoesNotKeepItAlive() {
      FunctionHarness shortMemory = FunctionHarness.of(new ShortMemory());
      shortMemory.send("test/short", "a", new Add(1));

      shortMemory.advance(Duration.ofMinutes(59));
      assertThat(shortMemory).state("test/short", "a", "used").isEqualTo(1L);

      shortMemory.advance(Duration.ofMinutes(1));
      assertThat(shortMemory).state("test/short", "a", "used").isEmpty();
    }

    @Test
    void cannotGoBack() {
      assertThatIllegalArgumentException().isThrownBy(() -> harness.advance(Duration.ofMillis(-1)));
    }
  }

  @Nested
  class Failures {

    @Test
    void aHandlerThatThrowsIsTriedAgainAfterItsPause() {
      harness.send("test/counter", "a", new Explode(2));

      assertThat(harness).state("test/counter", "a", "sum").isEmpty();
      assertThat(harness).hasSentNothing();
      assertThat(harness)
          .failures()
          .singleElement()
          .satisfies(
              failure -> {
                assertThat(failure.target()).isEqualTo(Address.of("test/counter", "a"));
                assertThat(failure.message()).isEqualTo(new Explode(2));
                assertThat(failure.cause()).hasMessage("explosion 1");
              });

      harness.advance(Duration.ofMillis(100));

      assertThat(harness).state("test/counter", "a", "sum").isEqualTo(100L);
      assertThat(harness).sentTo("test/other", "x").containsExactly(new Add(1));
    }

    @Test
    void laterMessagesWaitForTheOneThatFails() {
      harness.send("test/counter", "a", new Explode(2));
      harness.send("test/counter", "a", new Add(1));
      harness.send("test/counter", "b", new Add(5));

      assertThat(harness).egress("test/sums").containsExactly(5L);

      harness.advance(Duration.ofSeconds(1));

      assertThat(harness).egress("test/sums").containsExactly(5L, 101L);
    }

    @Test
    void aMessageThatAlwaysFailsGoesToTheDeadLetters() {
      harness.send("test/impatient", "a", new Add(1));

      harness.advance(Duration.ofSeconds(9));
      assertThat(harness).deadLetters().isEmpty();

      harness.advance(Duration.ofSeconds(1));
      assertThat(harness)
          .deadLetters()
          .singleElement()
          .extracting(DeadLetter::target, DeadLetter::time)
          .containsExactly(Address.of("test/impatient", "a"), harness.now());
      assertThat(harness).failures().hasSize(2);
    }

    @Test
    void aMessageThatNoHandlerTakesGoesToTheDeadLettersAtOnce() {
      harness.send("test/impatient", "a", "what is this?");

      assertThat(harness).deadLetters().hasSize(1);
    }

    @Test
    void aFunctionThatStopsGoesOnAfterARestart() {
      Stopping function = new Stopping();
      FunctionHarness stopping = FunctionHarness.of(function);
      stopping.send("test/stopping", "a", new Add(1));
      stopping.send("test/stopping", "b", new Add(2));
      function.mended = true;

      stopping.advance(Duration.ofDays(1));
      assertThat(stopping).egress("test/sums").isEmpty();

      stopping.crashAndRestart();
      assertThat(stopping).egress("test/sums").containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void theFailurePolicyOfFunctionsWithoutOneCanBeSet() {
      FailurePolicy once =
          new FailurePolicy(1, Duration.ZERO, Duration.ZERO, 1, OnFailure.Then.DEAD_LETTER);
      FunctionHarness strict =
          FunctionHarness.builder().functions(new Counter()).failurePolicy(once).build();

      strict.send("test/counter", "a", new Explode(2));

      assertThat(strict).deadLetters().hasSize(1);
    }
  }

  @Nested
  class Awakeables {

    record Ask() {}

    record Withdraw() {}

    record Answer(String text) {}

    record NoAnswer() {}

    @StatefulFunction("test/asking")
    static class Asking {

      @MessageHandler
      void on(Ask ask, @State("open") ValueState<String> open, Context context) {
        Awakeable awakeable = context.awakeable(Answer.class, Duration.ofDays(1), new NoAnswer());
        open.set(awakeable.id());
        context.egress("test/tokens", awakeable.token());
      }

      @MessageHandler
      void on(Withdraw withdraw, @State("open") ValueState<String> open, Context context) {
        context.withdraw(Objects.requireNonNull(open.get()));
      }

      @MessageHandler
      void on(Answer answer, @State("open") ValueState<String> open, Context context) {
        context.egress(
            "test/answers", answer.text() + " " + Objects.equals(open.get(), context.awakenedBy()));
      }

      @MessageHandler
      void on(NoAnswer none, @State("open") ValueState<String> open, Context context) {
        context.egress("test/answers", "none " + Objects.equals(open.get(), context.awakenedBy()));
      }
    }

    private final FunctionHarness harness = FunctionHarness.of(new Asking());

    private String ask() {
      harness.send("test/asking", "a", new Ask());
      return (String) harness.egress("test/tokens").get(0).value();
    }

    @Test
    void areCompletedByTheTest() {
      String token = ask();

      harness.complete(token, new Answer("yes"));
      harness.advance(Duration.ofDays(10));

      assertThat(harness).egress("test/answers").containsExactly("yes true");
    }

    @Test
    void timeOutWhenTimeGoesOn() {
      String token = ask();
      assertThat(harness).delayedTo("test/asking", "a").containsExactly(new NoAnswer());

      harness.advance(Duration.ofDays(1));

      assertThat(harness).egress("test/answers").containsExactly("none true");
      assertThat(harness).hasNoPendingTimers();
      assertThatExceptionOfType(CompletionRefusedException.class)
          .isThrownBy(() -> harness.complete(token, new Answer("yes")))
          .extracting(CompletionRefusedException::reason)
          .isEqualTo(CompletionRefusedException.Reason.OVER);
    }

    @Test
    void areOverOnceTheyAreWithdrawn() {
      String token = ask();

      harness.send("test/asking", "a", new Withdraw());

      assertThat(harness).hasNoPendingTimers();
      assertThatExceptionOfType(CompletionRefusedException.class)
          .isThrownBy(() -> harness.complete(token, new Answer("yes")));
      assertThat(harness).egress("test/answers").isEmpty();
    }

    @Test
    void surviveACrash() {
      String token = ask();

      harness.crashAndRestart();
      harness.complete(token, new Answer("yes"));

      assertThat(harness).egress("test/answers").containsExactly("yes true");
    }
  }

  @Nested
  class AsynchronousOperations {

    @Test
    void theInstanceGoesOnUntilTheOperationIsComplete() {
      harness.send("test/counter", "a", new Fetch("k"));
      harness.send("test/counter", "a", new Add(1));
      assertThat(harness).state("test/counter", "a", "fetched").isEmpty();

      harness.complete(operations.get(0), "v");

      assertThat(harness).state("test/counter", "a", "fetched").isEqualTo(Map.of("k", "v"));
    }

    @Test
    void anOperationCanFail() {
      harness.send("test/counter", "a", new Fetch("k"));

      harness.completeExceptionally(operations.get(0), new IllegalStateException("unreachable"));

      assertThat(harness).egress("test/fetched").containsExactly(new Fetched("k", "FAILURE"));
    }

    @Test
    void anOperationThatWasUnderWayInACrashHasAnUnknownEnd() {
      harness.send("test/counter", "a", new Fetch("k"));

      harness.crashAndRestart();
      harness.complete(operations.get(0), "too late");

      assertThat(harness).egress("test/fetched").containsExactly(new Fetched("k", "UNKNOWN"));
    }
  }

  @Nested
  class Crashes {

    @Test
    void whatIsCommittedSurvives() {
      harness.send("test/counter", "a", new Add(5));
      harness.send("test/counter", "a", new Pass("b", 3));
      harness.send("test/counter", "c", new AddLater(Duration.ofHours(1), 1));

      harness.crashAndRestart();

      assertThat(harness).state("test/counter", "a", "sum").isEqualTo(5L);
      assertThat(harness).egress("test/sums").containsExactly(5L, 3L);
      assertThat(harness).sentTo("test/other", "b").containsExactly(new Add(3));
      assertThat(harness).delayedTo("test/counter", "c").containsExactly(new Add(1));
    }

    @Test
    void whatIsNotCommittedIsGone() {
      harness.send("test/counter", "a", new Add(5));

      harness.withoutCommit(() -> harness.send("test/counter", "a", new Pass("a", 3)));
      assertThat(harness).state("test/counter", "a", "sum").isEqualTo(8L);
      assertThat(harness).egress("test/sums").containsExactly(5L);
      harness.crashAndRestart();

      assertThat(harness).state("test/counter", "a", "sum").isEqualTo(5L);
      assertThat(harness).egress("test/sums").containsExactly(5L);
      assertThat(harness).hasSentNothing();
    }

    @Test
    void whatIsNotCommittedIsCommittedLaterWithoutACrash() {
      harness.withoutCommit(() -> harness.send("test/counter", "a", new Add(5)));

      harness.run();

      assertThat(harness).egress("test/sums").containsExactly(5L);
    }

    @Test
    void aDelayedMessageIsSentOnceHoweverOftenTheEngineDies() {
      harness.send("test/counter", "a", new AddLater(Duration.ofMinutes(1), 5));
      harness.withoutCommit(() -> harness.advance(Duration.ofMinutes(2)));

      harness.crashAndRestart();
      harness.crashAndRestart();

      assertThat(harness).egress("test/sums").containsExactly(5L);
      assertThat(harness).sentTo("test/counter", "a").containsExactly(new Add(5));
    }

    @Test
    void aRepeatedReminderThatWasMissedComesOnce() {
      harness.send("test/counter", "a", new AddEvery(Duration.ofHours(1), 1));

      harness.crashAndRestartAfter(Duration.ofMinutes(330));
      assertThat(harness).egress("test/sums").containsExactly(1L);
      assertThat(harness).delayedTo("test/counter", "a").dueIn(Duration.ofMinutes(30));
    }

    @Test
    void aMessageThatIsBeingTriedAgainSurvives() {
      harness.send("test/impatient", "a", new Add(1));

      harness.crashAndRestart();
      harness.advance(Duration.ofMinutes(1));

      assertThat(harness).deadLetters().hasSize(1);
      harness.crashAndRestart();
      assertThat(harness).deadLetters().hasSize(1);
    }
  }
}
