/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import io.statefun.remote.RequestSignature;
import io.statefun.remote.SigningKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets in requests that were signed with one of some keys, not long ago. Several keys are for the
 * time in which one takes the place of another. Used by any thread.
 *
 * <p>A request may come again within that time: its batch has an id by which a function knows it.
 */
public final class SignatureCheck {

  private final Iterable<SigningKey> keys;
  private final Duration tolerance;
  private final InstantSource clock;

  /**
   * @param keys those that are known, at least one
   * @param tolerance by how much the clocks of both sides may differ, and how long a request may be
   *     on its way
   * @param clock tells the time
   */
  public SignatureCheck(Iterable<SigningKey> keys, Duration tolerance, InstantSource clock) {
    this.keys = keys;
    this.tolerance = tolerance;
    this.clock = clock;
  }

  /** What is wrong with a request, or null if nothing is. */
  @Nullable String check(Function<String, @Nullable String> headers, byte[] body) {
    String wrong = "no key is known";
    for (SigningKey key : keys) {
      wrong = new RequestSignature(key).check(headers, body, clock.instant(), tolerance);
      if (wrong == null) {
        return null;
      }
    }
    return wrong;
  }
}
