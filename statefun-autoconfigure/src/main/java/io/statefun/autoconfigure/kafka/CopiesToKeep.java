/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.util.Set;
import java.util.TreeSet;

/**
 * The partitions whose state a member is to keep copies of.
 *
 * @param copies all of them
 * @param warmUps those that come to this member as soon as their copies are current
 * @param successors those of which another member gives up its copy as soon as these are current
 */
record CopiesToKeep(Set<Integer> copies, Set<Integer> warmUps, Set<Integer> successors) {

  static final CopiesToKeep NOTHING = new CopiesToKeep(Set.of(), Set.of(), Set.of());

  /** Those that the group waits for. */
  Set<Integer> awaited() {
    Set<Integer> awaited = new TreeSet<>(warmUps);
    awaited.addAll(successors);
    return awaited;
  }
}
