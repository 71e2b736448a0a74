/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class RequestsTest {

  private static final TypedValue VALUE =
      TypedValue.ofBytes(TypeName.of("test", "value"), new byte[] {1});

  private final Requests requests = new Requests();

  @Test
  void aReplyComesToThePartitionThatTheRequestNamed() {
    Address back = Requests.address(7, "node-1");

    assertThat(Requests.isReply(back)).isTrue();
    assertThat(Requests.partition(back, 8)).isEqualTo(7);
  }

  @Test
  void aReplyToARequestFromBeforeARescalingComesToAnyPartition() {
    assertThat(Requests.partition(Requests.address(7, "node-1"), 4)).isBetween(0, 3);
  }

  @Test
  void aFailureCompletesItsRequestExceptionally() {
    CompletableFuture<TypedValue> request = requests.add(0, "node-1");
    TypedValue failure = Answer.failure(RequestFailedException.Reason.DEAD_LETTER, "broken");

    requests.complete(Requests.reply(Message.of(Requests.address(0, "node-1"), null, failure)));

    assertThat(request)
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("broken");
  }

  @Test
  void aReplyCompletesItsRequestAlone() {
    CompletableFuture<TypedValue> first = requests.add(0, "node-1");
    CompletableFuture<TypedValue> second = requests.add(0, "node-2");

    requests.complete(Requests.reply(Message.of(Requests.address(0, "node-2"), null, VALUE)));

    assertThat(first).isNotDone();
    assertThat(second).isCompletedWithValue(VALUE);
  }

  @Test
  void whoWaitsForAReplyToAPartitionThatHasLeftWaitsNoLonger() {
    CompletableFuture<TypedValue> left = requests.add(0, "node-1");
    CompletableFuture<TypedValue> stays = requests.add(1, "node-2");

    requests.fail(0, new IllegalStateException("gone"));

    assertThat(left).isCompletedExceptionally();
    assertThat(stays).isNotDone();
  }
}
