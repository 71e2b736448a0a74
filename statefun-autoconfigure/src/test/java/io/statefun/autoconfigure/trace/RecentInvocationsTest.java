/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecentInvocationsTest {

  private static final Address ANN = Address.of("test/account", "ann");
  private static final Address BOB = Address.of("test/account", "bob");

  private static RecentInvocation invocation(Address address, int number) {
    return new RecentInvocation(
        address,
        TypeName.of("test", "pay"),
        number,
        null,
        Instant.EPOCH,
        Duration.ZERO,
        null,
        null,
        false);
  }

  @Test
  void thoseOfAnInstanceAreFoundTheNewestFirst() {
    RecentInvocations recent = new RecentInvocations(10);
    recent.add(invocation(ANN, 1));
    recent.add(invocation(BOB, 2));
    recent.add(invocation(ANN, 3));

    assertThat(recent.of(ANN, 10)).extracting(RecentInvocation::messages).containsExactly(3, 1);
  }

  @Test
  void noMoreAreFoundThanWereAskedFor() {
    RecentInvocations recent = new RecentInvocations(10);
    IntStream.range(0, 5).forEach(number -> recent.add(invocation(ANN, number)));

    assertThat(recent.of(ANN, 2)).extracting(RecentInvocation::messages).containsExactly(4, 3);
  }

  @Test
  void theOldestMakeRoomForTheNewest() {
    RecentInvocations recent = new RecentInvocations(3);
    recent.add(invocation(BOB, 0));
    IntStream.rangeClosed(1, 7).forEach(number -> recent.add(invocation(ANN, number)));

    assertThat(recent.of(ANN, 10)).extracting(RecentInvocation::messages).containsExactly(7, 6, 5);
    assertThat(recent.of(BOB, 10)).isEmpty();
  }

  @Test
  void ofWhatManyThreadsAddAtOnceNothingIsMissing() {
    RecentInvocations recent = new RecentInvocations(4_000);
    CompletableFuture.allOf(
            IntStream.range(0, 4)
                .mapToObj(
                    thread ->
                        CompletableFuture.runAsync(
                            () ->
                                IntStream.range(0, 1_000)
                                    .forEach(i -> recent.add(invocation(ANN, thread * 1_000 + i)))))
                .toArray(CompletableFuture[]::new))
        .join();

    assertThat(recent.of(ANN, 5_000))
        .extracting(RecentInvocation::messages)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 4_000).boxed().toList());
  }
}
