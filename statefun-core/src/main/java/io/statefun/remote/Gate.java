/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Lets in so many at a time, the others in the order in which they came. Used by any thread. */
final class Gate {

  private final ArrayDeque<Runnable> outside = new ArrayDeque<>();
  private int free;

  /** What the thread lets in when it is done with what it lets in now: no stack grows with it. */
  private final ThreadLocal<@Nullable ArrayDeque<Runnable>> next = new ThreadLocal<>();

  Gate(int capacity) {
    this.free = capacity;
  }

  /**
   * Has something run when there is room, perhaps at once. It ends with {@link #leave}, and throws
   * nothing.
   */
  void enter(Runnable action) {
    synchronized (this) {
      if (free == 0) {
        outside.add(action);
        return;
      }
      free--;
    }
    run(action);
  }

  /** Makes room for the next. */
  void leave() {
    Runnable first;
    synchronized (this) {
      first = outside.poll();
      if (first == null) {
        free++;
      }
    }
    if (first != null) {
      run(first);
    }
  }

  private void run(Runnable action) {
    ArrayDeque<Runnable> running = next.get();
    if (running != null) {
      running.add(action);
      return;
    }
    running = new ArrayDeque<>();
    next.set(running);
    try {
      for (Runnable one = action; one != null; one = running.poll()) {
        one.run();
      }
    } finally {
      next.remove();
    }
  }

  /** How many wait outside. */
  synchronized int waiting() {
    return outside.size();
  }
}
