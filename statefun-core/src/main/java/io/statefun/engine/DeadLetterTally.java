/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.state.Overlay;

/**
 * The dead letters of a partition, and how many there are: counted once when the partition comes,
 * and kept up from then on. Belongs to the partition's worker, except for what says so.
 */
final class DeadLetterTally {

  /** To count more takes a while. Only when so many are gone, the others are counted. */
  static final int MOST = 10_000;

  private final Overlay overlay;
  private volatile int count;
  private boolean capped;

  DeadLetterTally(Overlay overlay) {
    this.overlay = overlay;
  }

  /** Counts those that are there. */
  void restore() {
    int found = 0;
    byte[] all = Keys.allDeadLetters();
    try (Overlay.Scan scan = overlay.scan(all, Keys.after(all))) {
      while (found < MOST && scan.next()) {
        found++;
      }
    }
    count = found;
    capped = found == MOST;
  }

  /** How many there are, or at least are. Called by any thread. */
  int count() {
    return count;
  }

  /** Adds one, under a number that no other ever had. */
  void add(long number, byte[] letter) {
    overlay.put(Keys.deadLetter(number), letter);
    change(1);
  }

  /** Removes one that is there. */
  void remove(long number) {
    overlay.delete(Keys.deadLetter(number));
    change(-1);
    if (count <= 0 && capped) {
      restore();
    }
  }

  private void change(int by) {
    int before = count;
    count = before + by;
  }
}
