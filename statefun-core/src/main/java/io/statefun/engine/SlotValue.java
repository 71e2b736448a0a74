/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

/** What a slot of a row holds when a plain value is not enough. */
sealed interface SlotValue {

  /**
   * A value that expires.
   *
   * @param value the value, as the slot of a value that does not expire holds it
   * @param since the time in milliseconds from which its retention counts
   */
  record Expiring(Object value, long since) implements SlotValue {

    boolean hasExpired(Retention retention, long now) {
      return retention.mode() != Retention.Mode.FOREVER
          && now - since >= retention.after().toMillis();
    }
  }

  /**
   * A list: its entries are stored one by one, from {@code head} to {@code tail} - 1.
   *
   * @param generation tells the entries from those of lists that were cleared
   * @param timed whether each entry is stored with a time
   */
  record ListHead(long generation, long head, long tail, boolean timed) implements SlotValue {}

  /**
   * A map: its entries are stored one by one.
   *
   * @param generation tells the entries from those of maps that were cleared
   * @param timed whether each entry is stored with a time
   */
  record MapHead(long generation, boolean timed) implements SlotValue {}
}
