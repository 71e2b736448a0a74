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
 * Which members are to have which partitions: as many each, or one more; those that they have, as
 * far as that goes; and of the others those that they have copies of. For one use.
 */
final class Spread {

  private final int least;

  /** By member, how far its copies of partitions are. */
  private final Map<String, Map<Integer, Long>> copies;

  private final Map<String, TreeSet<Integer>> spread = new TreeMap<>();
  private final TreeSet<Integer> free = new TreeSet<>();

  /** So many members may have one more than the others. */
  private int larger;

  /**
   * @param owners who has partitions, by their number
   * @param copies all members, and how far their copies are
   */
  Spread(int partitions, Map<Integer, String> owners, Map<String, Map<Integer, Long>> copies) {
    this.copies = copies;
    copies.keySet().forEach(member -> spread.put(member, new TreeSet<>()));
    for (int number = 0; number < partitions; number++) {
      String owner = owners.get(number);
      (owner == null ? free : of(owner)).add(number);
    }
    least = partitions / copies.size();
    larger = partitions % copies.size();
  }

  /** The members that are to have the partitions, by their number. */
  Map<Integer, String> targets() {
    takeWhatIsTooMuch();
    giveToCopies();
    free.forEach(number -> fewest().add(number));
    Map<Integer, String> targets = new TreeMap<>();
    spread.forEach((member, some) -> some.forEach(number -> targets.put(number, member)));
    return targets;
  }

  private TreeSet<Integer> of(String member) {
    return Objects.requireNonNull(spread.get(member));
  }

  private void takeWhatIsTooMuch() {
    Set<Integer> wanted = copiedByThoseWithFew();
    for (TreeSet<Integer> some : spread.values()) {
      int quota = some.size() > least && larger > 0 ? least + 1 : least;
      larger -= quota > least ? 1 : 0;
      while (some.size() > quota) {
        int number = last(some, wanted);
        some.remove(number);
        free.add(number);
      }
    }
  }

  /** What those have copies of who are to get something. */
  private Set<Integer> copiedByThoseWithFew() {
    Set<Integer> wanted = new TreeSet<>();
    spread.forEach(
        (member, some) -> {
          if (some.size() < least) {
            wanted.addAll(copiesOf(member).keySet());
          }
        });
    return wanted;
  }

  /** The last of those that are wanted, or else the last one. */
  private static int last(TreeSet<Integer> some, Set<Integer> wanted) {
    return some.descendingSet().stream().filter(wanted::contains).findFirst().orElse(some.last());
  }

  /** Those with the fewest copies first, as the others may still go elsewhere. */
  private void giveToCopies() {
    Map<Integer, List<String>> holders = new HashMap<>();
    free.forEach(number -> holders.put(number, holders(number)));
    List<Integer> order = new ArrayList<>(free);
    order.sort(
        Comparator.comparingInt((Integer number) -> holders.getOrDefault(number, List.of()).size())
            .thenComparingInt(number -> number));
    for (int number : order) {
      for (String holder : holders.getOrDefault(number, List.of())) {
        if (hasRoom(holder)) {
          TreeSet<Integer> some = of(holder);
          some.add(number);
          larger -= some.size() > least ? 1 : 0;
          free.remove(number);
          break;
        }
      }
    }
  }

  private boolean hasRoom(String member) {
    int size = of(member).size();
    return size < least || size == least && larger > 0;
  }

  /** The members that have a copy of a partition, the freshest first. */
  private List<String> holders(int number) {
    return copies.keySet().stream()
        .filter(member -> copiesOf(member).containsKey(number))
        .sorted(
            Comparator.comparingLong((String member) -> copiesOf(member).getOrDefault(number, 0L))
                .reversed())
        .toList();
  }

  private Map<Integer, Long> copiesOf(String member) {
    return copies.getOrDefault(member, Map.of());
  }

  private TreeSet<Integer> fewest() {
    return spread.values().stream().min(Comparator.comparingInt(Set::size)).orElseThrow();
  }
}
