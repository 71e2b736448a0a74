/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

/**
 * What lies around a node that runs alone, as in a test: sees what its functions send, and takes
 * what is for functions and egresses that the node does not have. In production there is nothing.
 */
interface Surroundings {

  /** Takes nothing. */
  Surroundings NOTHING = new Surroundings() {};

  /**
   * Sees a message of a function, once, when it is handed to its target.
   *
   * @return whether the surroundings take it, so that no function gets it
   */
  default boolean take(Message message) {
    return false;
  }

  /** Whether records for egresses that the node does not have are taken. */
  default boolean takesRecords() {
    return false;
  }

  /** Takes a committed record for such an egress; the same one again after a restart. */
  default void take(OutgoingRecord committed) {}
}
