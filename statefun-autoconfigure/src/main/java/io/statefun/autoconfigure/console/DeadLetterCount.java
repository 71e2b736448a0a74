/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.engine.StateFunEngine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many dead letters there are, as of a few seconds ago. Each process knows how many it has; the
 * others are asked only while somebody looks.
 */
final class DeadLetterCount {

  private static final long PAUSE = TimeUnit.SECONDS.toNanos(5);

  private final StateFunEngine engine;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile long known;
  private volatile long notBefore = System.nanoTime();

  DeadLetterCount(StateFunEngine engine) {
    this.engine = engine;
  }

  /** What is known; asks anew if that was some time ago. */
  long get() {
    if (System.nanoTime() - notBefore >= 0 && asking.compareAndSet(false, true)) {
      ask();
    }
    return known;
  }

  /** Has it counted anew when somebody looks next. */
  void outdated() {
    notBefore = System.nanoTime();
  }

  private void ask() {
    CompletableFuture<Long> count;
    try {
      count = engine.deadLetters().count();
    } catch (IllegalStateException notRunning) {
      ended();
      return;
    }
    var unused =
        count
            .orTimeout(Answers.PATIENCE_SECONDS, TimeUnit.SECONDS)
            .whenComplete(
                (found, failure) -> {
                  if (failure == null) {
                    known = found;
                  }
                  ended();
                });
  }

  private void ended() {
    notBefore = System.nanoTime() + PAUSE;
    asking.set(false);
  }
}
