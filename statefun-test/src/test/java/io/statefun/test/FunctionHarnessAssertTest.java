/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import static io.statefun.test.StateFunAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import java.time.Duration;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A failed assertion must tell what a developer needs to know next. */
class FunctionHarnessAssertTest {

  record Greeted(String name) {}

  @StatefulFunction("test/greeter")
  static class Greeter {

    @MessageHandler
    void on(String name, @State("last") ValueState<String> last, Context context) {
      if (name.isEmpty()) {
        throw new IllegalArgumentException("no name");
      }
      last.set(name);
      context.send("test/log", name, new Greeted(name));
      context.egress("test/greetings", "Hello " + name);
      context.sendAfter(Duration.ofHours(1), context.self(), "again " + name);
    }
  }

  private final FunctionHarness harness = FunctionHarness.of(new Greeter());

  @Test
  void worksWithTheAssertThatOfAssertJ() {
    Assertions.assertThat(harness).hasSentNothing().hasNoFailures().hasNoPendingTimers();
  }

  @Test
  void aMissingMessageTellsWhoGotMessagesInstead() {
    harness.send("test/greeter", "a", "Ann");

    assertThatFails(
        () -> assertThat(harness).sentTo("test/log", "Bob").containsExactly(new Greeted("Bob")),
        "messages sent to test/log/Bob; there are messages for [test/log/Ann]");
  }

  @Test
  void anotherMessageIsShown() {
    harness.send("test/greeter", "a", "Ann");

    assertThatFails(
        () -> assertThat(harness).sentTo("test/log", "Ann").containsExactly(new Greeted("Bob")),
        "messages sent to test/log/Ann",
        "Greeted[name=Ann]",
        "Greeted[name=Bob]");
  }

  @Test
  void aMissingRecordTellsWhatAHandlerHasThrown() {
    harness.send("test/greeter", "a", "");

    assertThatFails(
        () -> assertThat(harness).egress("test/greetings").containsExactly("Hello "),
        "values given to egress test/greetings",
        "Handlers have thrown:",
        "2026-01-01T00:00:00Z test/greeter/a failed to handle : java.lang.IllegalArgumentException:"
            + " no name",
        "Greeter.on(");
  }

  @Test
  void anotherStateIsShown() {
    harness.send("test/greeter", "a", "Ann");

    assertThatFails(
        () -> assertThat(harness).state("test/greeter", "a", "last").isEqualTo("Bob"),
        "state 'last' of test/greeter/a",
        "Ann");
    assertThatFails(
        () -> assertThat(harness).state("test/greeter", "a", "last").isEmpty(),
        "state 'last' of test/greeter/a",
        "Expected nothing",
        "Ann");
    assertThatFails(
        () -> assertThat(harness).state("test/greeter", "b", "last").isNotEmpty(),
        "state 'last' of test/greeter/b",
        "Expected something");
  }

  @Test
  void aStateThatDoesNotExistIsAMistake() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> assertThat(harness).state("test/greeter", "a", "lst"))
        .withMessage("The function 'test/greeter' has no state 'lst'. It has: [last]");
  }

  @Test
  void delayedMessagesAreShownWithTheirTime() {
    harness.send("test/greeter", "a", "Ann");

    assertThatFails(
        () -> assertThat(harness).delayedTo("test/greeter", "b").containsExactly("again Bob"),
        "delayed messages to test/greeter/b; there are delayed messages for [test/greeter/a]");
    assertThatFails(
        () -> assertThat(harness).delayedTo("test/greeter", "a").dueIn(Duration.ofHours(2)),
        "delayed messages to test/greeter/a, in what time they are due",
        "[1H]");
    assertThatFails(
        () -> assertThat(harness).hasNoPendingTimers(),
        "delayed messages and reminders",
        "2026-01-01T01:00:00Z",
        "again Ann");
  }

  @Test
  void failuresAreShown() {
    harness.send("test/greeter", "a", "");

    assertThatFails(() -> assertThat(harness).hasNoFailures(), "Expected no failures", "no name");
  }

  private static void assertThatFails(ThrowingCallable assertion, String... texts) {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(assertion)
        .satisfies(error -> Assertions.assertThat(error.getMessage()).contains(texts));
  }
}
