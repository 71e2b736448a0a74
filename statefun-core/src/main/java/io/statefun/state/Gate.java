/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.state;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets calls into native memory, until it is closed; closing waits for those that are inside. Two
 * uncontended atomic additions for a call.
 */
final class Gate {

  private static final int CLOSED = 1 << 31;

  private final String name;
  private final AtomicInteger inside = new AtomicInteger();

  Gate(String name) {
    this.name = name;
  }

  void enter() {
    if (!tryEnter()) {
      throw new IllegalStateException(name + " is closed");
    }
  }

  boolean tryEnter() {
    if (inside.getAndIncrement() < 0) {
      inside.getAndDecrement();
      return false;
    }
    return true;
  }

  void exit() {
    inside.getAndDecrement();
  }

  /** Returns whether this call closed it. */
  boolean close() {
    if ((inside.getAndUpdate(n -> n | CLOSED) & CLOSED) != 0) {
      return false;
    }
    while (inside.get() != CLOSED) {
      LockSupport.parkNanos(50_000);
    }
    return true;
  }
}
