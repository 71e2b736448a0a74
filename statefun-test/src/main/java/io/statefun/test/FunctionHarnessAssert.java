/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import io.statefun.engine.DeadLetter;
import io.statefun.function.EgressRecord;
import io.statefun.message.Address;
import java.util.List;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ListAssert;

/**
 * Assertions on what the functions of a {@link FunctionHarness} have done. Those on messages,
 * records and states lead to AssertJ's assertions on lists and objects, and tell in their failures
 * what handlers have thrown.
 */
public final class FunctionHarnessAssert
    extends AbstractAssert<FunctionHarnessAssert, FunctionHarness> {

  FunctionHarnessAssert(FunctionHarness harness) {
    super(harness, FunctionHarnessAssert.class);
  }

  /**
   * The messages that functions have sent to an instance, in their order, whether its function is
   * under test or not. Delayed messages are among them once their time has come.
   */
  public ListAssert<Object> sentTo(String type, String id) {
    return sentTo(Address.of(type, id));
  }

  /** As {@link #sentTo(String, String)}. */
  public ListAssert<Object> sentTo(Address target) {
    isNotNull();
    List<Object> messages = actual.sentTo(target);
    return Assertions.assertThat(messages)
        .as(() -> describe("messages sent to " + target, messages, "messages", actual.targets()));
  }

  /** No function has sent a message to anybody. */
  public FunctionHarnessAssert hasSentNothing() {
    isNotNull();
    Assertions.assertThat(actual.targets())
        .as(() -> "instances to whom messages were sent" + actual.describeFailures())
        .isEmpty();
    return this;
  }

  /** The values that functions have given to an egress, in their order. */
  public ListAssert<Object> egress(String name) {
    isNotNull();
    List<Object> values = actual.egress(name).stream().map(EgressRecord::value).toList();
    return Assertions.assertThat(values)
        .as(() -> describe("values given to egress " + name, values, "records", actual.egresses()));
  }

  /** The records that functions have given to an egress, with keys and headers, in their order. */
  public ListAssert<EgressRecord> egressRecords(String name) {
    isNotNull();
    List<EgressRecord> records = actual.egress(name);
    return Assertions.assertThat(records)
        .as(
            () ->
                describe("records given to egress " + name, records, "records", actual.egresses()));
  }

  /** The delayed messages and reminders that wait to be sent to an instance, the next one first. */
  public DelayedMessagesAssert delayedTo(String type, String id) {
    return delayedTo(Address.of(type, id));
  }

  /** As {@link #delayedTo(String, String)}. */
  public DelayedMessagesAssert delayedTo(Address target) {
    isNotNull();
    List<DelayedMessage> all = actual.delayed();
    Address stored = actual.stored(target);
    List<DelayedMessage> delayed =
        all.stream().filter(message -> message.target().equals(stored)).toList();
    List<Address> targets = all.stream().map(DelayedMessage::target).distinct().toList();
    return new DelayedMessagesAssert(delayed, actual.now())
        .as(() -> describe("delayed messages to " + target, delayed, "delayed messages", targets));
  }

  /** No delayed message and no reminder waits. */
  public FunctionHarnessAssert hasNoPendingTimers() {
    isNotNull();
    Assertions.assertThat(actual.delayed())
        .as(() -> "delayed messages and reminders" + actual.describeFailures())
        .isEmpty();
    return this;
  }

  /** A state of an instance: a value or null, a list, or a map. */
  public StateAssert state(String type, String id, String name) {
    return state(Address.of(type, id), name);
  }

  /** As {@link #state(String, String, String)}. */
  public StateAssert state(Address address, String name) {
    isNotNull();
    return new StateAssert(actual.state(address, name))
        .as(() -> "state '" + name + "' of " + address + actual.describeFailures());
  }

  /** The messages that could not be handled. */
  public ListAssert<DeadLetter> deadLetters() {
    isNotNull();
    return Assertions.assertThat(actual.deadLetters()).as("dead letters");
  }

  /** What handlers have thrown, each attempt for itself. */
  public ListAssert<HandlerFailure> failures() {
    isNotNull();
    return Assertions.assertThat(actual.failures()).as("what handlers have thrown");
  }

  /** No handler has thrown. */
  public FunctionHarnessAssert hasNoFailures() {
    isNotNull();
    if (!actual.failures().isEmpty()) {
      failWithMessage("%s", "Expected no failures, but:" + actual.describeFailures());
    }
    return this;
  }

  private String describe(String what, List<?> found, String kind, List<?> places) {
    String elsewhere =
        found.isEmpty() && !places.isEmpty() ? "; there are " + kind + " for " + places : "";
    return what + elsewhere + actual.describeFailures();
  }
}
