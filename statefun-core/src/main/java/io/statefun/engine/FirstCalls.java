/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Holds up the calls of a function while its first one is under way. The states of a function
 * elsewhere are known by its replies: without this, each call that waits when a node starts would
 * be sent without state, only to hear which it needs. It is for a moment, so that one call that
 * hangs holds up no other. Used by one worker.
 *
 * @param <C> what tells a call
 */
final class FirstCalls<C> {

  static final long MAX_MILLIS = 1_000;

  /** Those whose first call is under way, and those of which somebody has heard. */
  private final Map<TypeName, First<C>> functions = new HashMap<>();

  /** How many first calls are under way. */
  private int underWay;

  /**
   * Lets a call begin, or keeps it until the first one has ended.
   *
   * @return whether it may begin now
   */
  boolean mayBegin(TypeName function, C call, long now) {
    First<C> first = functions.get(function);
    if (first == null) {
      functions.put(function, new First<>(now + MAX_MILLIS));
      underWay++;
      return true;
    }
    if (first.over) {
      return true;
    }
    first.held.add(call);
    return false;
  }

  /** A call of a function has ended, whatever came of it. */
  void ended(TypeName function, Consumer<C> begin) {
    if (underWay == 0) {
      return;
    }
    First<C> first = functions.get(function);
    if (first != null && !first.over) {
      release(first, begin);
    }
  }

  /** Lets those go on that were held up long enough. */
  boolean step(long now, Consumer<C> begin) {
    if (underWay == 0) {
      return false;
    }
    boolean any = false;
    for (First<C> first : functions.values().toArray(First[]::new)) {
      if (!first.over && first.until <= now) {
        release(first, begin);
        any = true;
      }
    }
    return any;
  }

  private void release(First<C> first, Consumer<C> begin) {
    first.over = true;
    underWay--;
    for (C call = first.held.poll(); call != null; call = first.held.poll()) {
      begin.accept(call);
    }
  }

  /** When a call may go on if nothing ends, in milliseconds. */
  long nextWakeUp() {
    return underWay == 0
        ? Long.MAX_VALUE
        : functions.values().stream()
            .filter(first -> !first.over)
            .mapToLong(first -> first.until)
            .min()
            .orElse(Long.MAX_VALUE);
  }

  private static final class First<C> {

    private final ArrayDeque<C> held = new ArrayDeque<>();
    private final long until;
    private boolean over;

    First(long until) {
      this.until = until;
    }
  }
}
