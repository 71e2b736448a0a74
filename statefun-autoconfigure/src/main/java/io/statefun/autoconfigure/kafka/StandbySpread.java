/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which members are to keep copies of partitions that others have: those that have copies already,
 * as far as all others would have as many partitions each, or one more, if a member died and its
 * partitions went to their copies. For one use.
 */
final class StandbySpread {

  private final Map<Integer, String> targets;
  private final HeldCopies held;

  private final Map<String, Integer> owned = new HashMap<>();

  /** How many copies of the partitions of one member another one keeps. */
  private final Map<Pair, Integer> pairs = new HashMap<>();

  private final Map<String, Set<Integer>> standbys = new TreeMap<>();

  /**
   * @param targets who is to have the partitions, by their number
   * @param held all members, and what they have copies of
   */
  StandbySpread(Map<Integer, String> targets, HeldCopies held) {
    this.targets = targets;
    this.held = held;
    held.members().forEach(member -> standbys.put(member, new TreeSet<>()));
    targets.values().forEach(member -> owned.merge(member, 1, Integer::sum));
  }

  /**
   * By member what it keeps copies of.
   *
   * @param wanted how many copies there are to be of each partition; as many as there are others,
   *     if those are fewer
   */
  Map<String, Set<Integer>> standbys(int wanted) {
    int count = Math.min(wanted, held.members().size() - 1);
    Map<Integer, Integer> missing = new TreeMap<>();
    targets.keySet().forEach(number -> missing.put(number, count - keep(number, count)));
    missing.forEach(
        (number, more) -> {
          for (int i = 0; i < more; i++) {
            give(number, roomiest(number, count));
          }
        });
    return standbys;
  }

  /** Leaves copies where they are, the current ones first, and tells how many. */
  private int keep(int number, int count) {
    int kept = 0;
    for (String holder : others(number)) {
      boolean holds = held.of(holder).contains(number);
      if (kept < count && holds && room(number, holder, count) > 0) {
        give(number, holder);
        kept++;
      }
    }
    return kept;
  }

  private List<String> others(int number) {
    List<String> others = new ArrayList<>(held.members());
    others.remove(targets.get(number));
    others.sort(held.currentFirst(number));
    return others;
  }

  /** How many more copies a member may keep of the partitions of an owner. */
  private int room(int number, String member, int count) {
    int others = held.members().size() - 1;
    int most = (targets.size() + others - 1) / others;
    return count * (most - owned.getOrDefault(member, 0)) - pairsWith(number, member);
  }

  private String roomiest(int number, int count) {
    return others(number).stream()
        .filter(member -> !standbysOf(member).contains(number))
        .max(
            Comparator.comparingInt((String member) -> room(number, member, count))
                .thenComparingInt(member -> -standbysOf(member).size()))
        .orElseThrow();
  }

  private Set<Integer> standbysOf(String member) {
    return standbys.getOrDefault(member, Set.of());
  }

  private int pairsWith(int number, String standby) {
    return pairs.getOrDefault(pair(number, standby), 0);
  }

  private void give(int number, String standby) {
    standbysOf(standby).add(number);
    pairs.merge(pair(number, standby), 1, Integer::sum);
  }

  private Pair pair(int number, String standby) {
    return new Pair(Objects.requireNonNull(targets.get(number)), standby);
  }

  private record Pair(String owner, String standby) {}
}
