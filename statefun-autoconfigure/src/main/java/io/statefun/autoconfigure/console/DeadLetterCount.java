/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.engine.DeadLetters;
import io.statefun.engine.StateFunEngine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many dead letters there are, as of a few seconds ago. They rest in the local state of all
 * processes, so they are counted only while somebody looks, and the less often the more partitions
 * are to be asked.
 */
final class DeadLetterCount {

  private static final int COUNTED = 100;
  private static final long SHORTEST_PAUSE = TimeUnit.SECONDS.toNanos(5);
  private static final long PAUSE_FOR_PARTITION = TimeUnit.MILLISECONDS.toNanos(10);

  private final StateFunEngine engine;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile Known known = new Known(0, false);
  private volatile long notBefore = System.nanoTime();

  DeadLetterCount(StateFunEngine engine) {
    this.engine = engine;
  }

  /**
   * What is known.
   *
   * @param more whether there are more than so many
   */
  record Known(int count, boolean more) {}

  /** What is known; asks anew if that was some time ago. */
  Known get() {
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
    CompletableFuture<DeadLetters.Page> page;
    try {
      page = engine.deadLetters().list(COUNTED);
    } catch (IllegalStateException notRunning) {
      ended();
      return;
    }
    var unused =
        page.orTimeout(Answers.PATIENCE_SECONDS, TimeUnit.SECONDS)
            .whenComplete(
                (found, failure) -> {
                  if (failure == null) {
                    known = new Known(found.letters().size(), found.more());
                  }
                  ended();
                });
  }

  private void ended() {
    notBefore =
        System.nanoTime() + Math.max(SHORTEST_PAUSE, engine.partitionCount() * PAUSE_FOR_PARTITION);
    asking.set(false);
  }
}
