/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import java.util.ArrayDeque;

/** Lets in so many at a time, the others in the order in which they came. Used by any thread. */
final class Gate {

  private final ArrayDeque<Runnable> outside = new ArrayDeque<>();
  private int free;

  Gate(int capacity) {
    this.free = capacity;
  }

  /** Has something run when there is room, perhaps at once. It ends with {@link #leave}. */
  void enter(Runnable action) {
    synchronized (this) {
      if (free == 0) {
        outside.add(action);
        return;
      }
      free--;
    }
    action.run();
  }

  /** Makes room for the next. */
  void leave() {
    Runnable next;
    synchronized (this) {
      next = outside.poll();
      if (next == null) {
        free++;
      }
    }
    if (next != null) {
      next.run();
    }
  }

  /** How many wait outside. */
  synchronized int waiting() {
    return outside.size();
  }
}
