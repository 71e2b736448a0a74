/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Drives an actor of a node: step after step while there is something to do, asleep while not,
 * until it is stopped or the actor throws.
 */
final class ActorThread {

  private static final int SPINS = 64;
  private static final long LONGEST_SLEEP_MILLIS = 1_000;

  private final BooleanSupplier step;
  private final LongSupplier nextWakeUp;
  private final LongSupplier clock;
  private final Consumer<Throwable> onFailure;
  private final Thread thread;

  private volatile boolean asleep;
  private volatile boolean woken;
  private volatile boolean stopped;

  ActorThread(
      String name,
      BooleanSupplier step,
      LongSupplier nextWakeUp,
      LongSupplier clock,
      Consumer<Throwable> onFailure) {
    this.step = step;
    this.nextWakeUp = nextWakeUp;
    this.clock = clock;
    this.onFailure = onFailure;
    this.thread = new Thread(this::run, name);
  }

  void start() {
    thread.start();
  }

  /** Has the actor take a step soon. May be called by any thread, and often: it is cheap. */
  void wake() {
    if (!woken) {
      woken = true;
    }
    if (asleep) {
      LockSupport.unpark(thread);
    }
  }

  void stop() {
    stopped = true;
    LockSupport.unpark(thread);
  }

  /** Waits until the thread has ended. */
  void join(long millis) throws InterruptedException {
    if (thread != Thread.currentThread()) {
      thread.join(millis);
    }
  }

  /** Whether it takes steps yet; not if this is its own thread. */
  boolean isAlive() {
    return thread != Thread.currentThread() && thread.isAlive();
  }

  private void run() {
    try {
      int idle = 0;
      while (!stopped) {
        if (step.getAsBoolean()) {
          idle = 0;
        } else if (++idle < SPINS) {
          Thread.onSpinWait();
        } else {
          sleep();
          idle = 0;
        }
      }
    } catch (Throwable failure) {
      onFailure.accept(failure);
    }
  }

  private void sleep() {
    asleep = true;
    if (!woken && !stopped) {
      long millis = Math.min(LONGEST_SLEEP_MILLIS, nextWakeUp.getAsLong() - clock.getAsLong());
      if (millis > 0) {
        LockSupport.parkNanos(millis * 1_000_000);
      }
    }
    asleep = false;
    woken = false;
  }
}
