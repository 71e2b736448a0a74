/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which copies the members are to keep in this round: those that they will keep when the partitions
 * are where they are to be, and those of partitions that come to them. As long as too few of those
 * are current, others that are stay where they are. For one use.
 */
final class CopyPlan {

  private final HandOver handOver;
  private final HeldCopies held;
  private final int count;

  private final Map<String, Set<Integer>> kept = new TreeMap<>();
  private final Map<String, Set<Integer>> successors = new TreeMap<>();

  /**
   * @param targets who is to have the partitions in the end, by their number
   * @param wanted how many copies there are to be of each partition
   */
  CopyPlan(Map<Integer, String> targets, HandOver handOver, HeldCopies held, int wanted) {
    this.handOver = handOver;
    this.held = held;
    this.count = Math.min(wanted, held.members().size() - 1);
    Map<String, Set<Integer>> standbys = new StandbySpread(targets, held).standbys(count);
    Map<Integer, Set<String>> keepers = new HashMap<>();
    for (String member : held.members()) {
      Set<Integer> mine = new TreeSet<>(standbys.getOrDefault(member, Set.of()));
      mine.addAll(handOver.warmUps(member));
      mine.forEach(number -> keepers.computeIfAbsent(number, key -> new HashSet<>()).add(member));
      kept.put(member, mine);
      successors.put(member, new TreeSet<>());
    }
    keepers.forEach(this::holdOver);
  }

  /** What a member is to keep. */
  CopiesToKeep of(String member) {
    return new CopiesToKeep(of(kept, member), handOver.warmUps(member), of(successors, member));
  }

  private void holdOver(int number, Set<String> keepers) {
    String owner = Objects.requireNonNull(handOver.next().get(number));
    Set<String> others = new TreeSet<>(keepers);
    others.remove(owner);
    long current = others.stream().filter(member -> held.isCurrent(member, number)).count();
    List<String> former =
        held.members().stream()
            .filter(member -> held.isCurrent(member, number))
            .filter(member -> !keepers.contains(member) && !member.equals(owner))
            .sorted(held.freshestFirst(number))
            .limit(Math.max(0, count - current))
            .toList();
    former.forEach(member -> of(kept, member).add(number));
    if (!former.isEmpty()) {
      others.stream()
          .filter(member -> held.canWarmUp(member, number))
          .filter(member -> !handOver.warmUps(member).contains(number))
          .forEach(member -> of(successors, member).add(number));
    }
  }

  private static Set<Integer> of(Map<String, Set<Integer>> some, String member) {
    return Objects.requireNonNull(some.get(member));
  }
}
