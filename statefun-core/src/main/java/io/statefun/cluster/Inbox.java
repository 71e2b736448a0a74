/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import org.jspecify.annotations.Nullable;

/**
 * The messages that other nodes have posted to a partition, in the order of each sender. Its
 * position is committed with each epoch, and known to the log. Used by one thread, but for what
 * {@link #open} was given.
 */
public interface Inbox {

  /** Of a partition whose senders are all in its own node. */
  Inbox EMPTY =
      new Inbox() {
        @Override
        public void open(Runnable wakeUp) {}

        @Override
        public byte @Nullable [] poll() {
          return null;
        }

        @Override
        public long position() {
          return 0;
        }
      };

  /**
   * Begins at the committed position.
   *
   * @param wakeUp to be run, by any thread, when messages have come after a {@link #poll} that
   *     found none
   */
  void open(Runnable wakeUp);

  /** The next message, or null if there is none yet. Never waits. */
  byte @Nullable [] poll();

  /** The position behind what {@link #poll} has returned, and behind what is no message. */
  long position();
}
