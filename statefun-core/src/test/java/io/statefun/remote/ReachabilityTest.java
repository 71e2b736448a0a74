/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ReachabilityTest {

  private static final IOException REFUSED = new IOException("refused");

  private final Reachability reachability =
      new Reachability(RemoteEndpoint.of("billing/payment", "http://127.0.0.1:1/"));

  @Test
  void attemptsThatDoNotGetThroughAreCountedUntilOneDoes() {
    reachability.missed(1, REFUSED);
    reachability.missed(2, REFUSED);

    assertThat(reachability.status().failures()).isEqualTo(2);
    assertThat(reachability.status().lastFailure()).contains("refused");

    reachability.reached(3);

    assertThat(reachability.status().failures()).isZero();
    assertThat(reachability.status().lastFailure()).isNull();
  }

  @Test
  void anAttemptThatFailsLateSaysNothingIfOneThatBeganLaterHasGotThrough() {
    reachability.reached(20);
    reachability.missed(10, REFUSED);

    assertThat(reachability.status().failures()).isZero();
  }

  @Test
  void theOrderOfTimesHoldsWhereTheyOverflow() {
    reachability.reached(Long.MAX_VALUE);
    reachability.missed(Long.MIN_VALUE + 10, REFUSED);

    assertThat(reachability.status().failures()).isEqualTo(1);
  }
}
