/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which partitions go to another member in this round, and which stay with their owner until the
 * copy of that member is current, as nobody handles their messages while it fetches what is
 * missing. For one use.
 */
final class HandOver {

  private final Map<Integer, String> next = new TreeMap<>();
  private final Map<String, Set<Integer>> warmUps = new TreeMap<>();

  /**
   * @param targets who is to have the partitions in the end, by their number
   * @param owners who has partitions
   */
  HandOver(Map<Integer, String> targets, Map<Integer, String> owners, HeldCopies held) {
    targets.forEach(
        (number, target) -> {
          String owner = owners.get(number);
          next.put(number, target);
          if (owner != null && !owner.equals(target)) {
            warmUps.computeIfAbsent(target, member -> new TreeSet<>()).add(number);
            if (held.canWarmUp(target, number)) {
              next.put(number, owner);
            }
          }
        });
  }

  /** Who is to have the partitions now, by their number. */
  Map<Integer, String> next() {
    return next;
  }

  /**
   * What is to come to a member that another one has: it keeps copies, also while the other one
   * lets go of it.
   */
  Set<Integer> warmUps(String member) {
    return warmUps.getOrDefault(member, Set.of());
  }
}
