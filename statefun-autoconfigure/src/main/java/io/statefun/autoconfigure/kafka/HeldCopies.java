/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the members of the group have of the state of partitions, as they say. */
final class HeldCopies {

  private static final HeldCopy NONE = new HeldCopy(0, false, false);

  private final Map<String, Map<Integer, HeldCopy>> copies = new TreeMap<>();
  private final Set<String> silent = new TreeSet<>();

  /**
   * Adds a member.
   *
   * @param held null if what it says is not understood
   */
  void add(String member, @Nullable Map<Integer, HeldCopy> held) {
    copies.put(member, held == null ? Map.of() : held);
    if (held == null) {
      silent.add(member);
    }
  }

  /** All members of the group, in the order of their names. */
  Set<String> members() {
    return copies.keySet();
  }

  /** The partitions that a member has some state of. */
  Set<Integer> of(String member) {
    return copies.getOrDefault(member, Map.of()).keySet();
  }

  boolean isCurrent(String member, int number) {
    return copy(member, number).current();
  }

  /** Whether a member was told that a partition comes to it when its copy is current. */
  boolean isWarmUp(String member, int number) {
    return copy(member, number).warmUp();
  }

  /** Whether a member will say that its copy of a partition is current, and has not yet. */
  boolean canWarmUp(String member, int number) {
    return !silent.contains(member) && !isCurrent(member, number);
  }

  /** Begins with the member that has the newest epoch of a partition. */
  Comparator<String> freshestFirst(int number) {
    return Comparator.comparingLong((String member) -> copy(member, number).epoch()).reversed();
  }

  /** Begins with those whose copy of a partition is current. */
  Comparator<String> currentFirst(int number) {
    return Comparator.comparing((String member) -> !isCurrent(member, number))
        .thenComparing(freshestFirst(number));
  }

  private HeldCopy copy(String member, int number) {
    return copies.getOrDefault(member, Map.of()).getOrDefault(number, NONE);
  }
}
