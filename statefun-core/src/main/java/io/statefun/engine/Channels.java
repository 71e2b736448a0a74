/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.Queue;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.SpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The channels between the workers of a node: a queue for each pair, first in, first out. What a
 * sender may put into one is limited by {@link #isFull}, but for markers.
 */
final class Channels {

  private static final int CHUNK = 1024;

  private final Queue<Object>[][] queues;
  private final WakeUp wakeUp;

  @SuppressWarnings("unchecked")
  Channels(int workers, WakeUp wakeUp) {
    this.wakeUp = wakeUp;
    this.queues = new Queue[workers][workers];
    for (int from = 0; from < workers; from++) {
      for (int to = 0; to < workers; to++) {
        queues[from][to] = new SpscUnboundedArrayQueue<>(CHUNK);
      }
    }
  }

  int workers() {
    return queues.length;
  }

  void send(int from, int to, Message message) {
    queues[from][to].add(message);
    wakeUp.wake(to);
  }

  void sendMarkers(int from, long epoch) {
    Marker marker = new Marker(epoch);
    for (int to = 0; to < queues.length; to++) {
      if (to != from) {
        queues[from][to].add(marker);
        wakeUp.wake(to);
      }
    }
  }

  boolean isFull(int from, int to, int capacity) {
    return ((MessagePassingQueue<?>) queues[from][to]).size() >= capacity;
  }

  @Nullable Object poll(int from, int to) {
    return queues[from][to].poll();
  }

  void wake(int worker) {
    wakeUp.wake(worker);
  }

  void wakeAll() {
    for (int worker = 0; worker < queues.length; worker++) {
      wakeUp.wake(worker);
    }
  }

  /** Says that the sender's epoch has ended: what follows belongs to the next. */
  record Marker(long epoch) {}

  /** Wakes a worker that may be asleep. */
  @FunctionalInterface
  interface WakeUp {
    void wake(int worker);
  }
}
