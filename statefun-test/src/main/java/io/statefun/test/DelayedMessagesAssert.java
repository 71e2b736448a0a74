/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;

/**
 * Assertions on the delayed messages and reminders that wait for an instance, the next one first.
 */
public final class DelayedMessagesAssert
    extends AbstractAssert<DelayedMessagesAssert, List<DelayedMessage>> {

  private final Instant now;

  DelayedMessagesAssert(List<DelayedMessage> delayed, Instant now) {
    super(delayed, DelayedMessagesAssert.class);
    this.now = now;
  }

  /** None waits. */
  public DelayedMessagesAssert isEmpty() {
    Assertions.assertThat(actual).as(descriptionText()).isEmpty();
    return this;
  }

  /** So many wait. */
  public DelayedMessagesAssert hasSize(int count) {
    Assertions.assertThat(actual).as(descriptionText()).hasSize(count);
    return this;
  }

  /** Exactly these messages wait, in the order of their time. */
  public DelayedMessagesAssert containsExactly(Object... messages) {
    Assertions.assertThat(actual.stream().map(DelayedMessage::message))
        .as(descriptionText())
        .containsExactly(messages);
    return this;
  }

  /** They are due at exactly these times. */
  public DelayedMessagesAssert dueAt(Instant... times) {
    Assertions.assertThat(actual.stream().map(DelayedMessage::time))
        .as(descriptionText() + ", when they are due")
        .containsExactly(times);
    return this;
  }

  /** They are due after exactly these pauses from now. */
  public DelayedMessagesAssert dueIn(Duration... pauses) {
    Assertions.assertThat(actual.stream().map(delayed -> Duration.between(now, delayed.time())))
        .as(descriptionText() + ", in what time they are due")
        .containsExactly(pauses);
    return this;
  }

  /** They wait under exactly these cancellation tokens or reminders' names. */
  public DelayedMessagesAssert named(String... names) {
    Assertions.assertThat(actual.stream().map(DelayedMessage::name))
        .as(descriptionText() + ", their tokens or names")
        .containsExactly(names);
    return this;
  }
}
