/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.provider;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * How the provider decides. It looks random, but the same attempt always meets the same decision,
 * so that asking again never changes an answer.
 *
 * @param declineRate which part of the attempts is declined, 0 to 1
 * @param answerDelay how long an answer takes on average; each takes between half and one and a
 *     half of it
 * @param seed another seed, other decisions
 */
public record ProviderBehaviour(double declineRate, Duration answerDelay, long seed) {

  boolean declines(String paymentId, int attempt) {
    return random(paymentId, attempt, 1).nextDouble() < declineRate;
  }

  long delayMs(String paymentId, int attempt) {
    double factor = 0.5 + random(paymentId, attempt, 2).nextDouble();
    return Math.round(answerDelay.toMillis() * factor);
  }

  private SplittableRandom random(String paymentId, int attempt, int purpose) {
    long hash = seed;
    for (int i = 0; i < paymentId.length(); i++) {
      hash = 31 * hash + paymentId.charAt(i);
    }
    return new SplittableRandom((31 * hash + attempt) * 31 + purpose);
  }
}
