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
import java.util.function.BiPredicate;

/**
 * Which members are to have which partitions: as many each, or one more; those that they have, as
 * far as that goes; and of the others those that they have copies of. For one use.
 */
final class Spread {

  private final int least;
  private final HeldCopies held;
  private final Map<Integer, String> owners;

  private final Map<String, TreeSet<Integer>> spread = new TreeMap<>();
  private final TreeSet<Integer> free = new TreeSet<>();

  /** How many partitions are to go from a member to others. */
  private final Map<String, Integer> surplus = new TreeMap<>();

  /** So many members may have one more than the others. */
  private int larger;

  /**
   * @param owners who has partitions, by their number
   * @param held all members, and what they have copies of
   */
  Spread(int partitions, Map<Integer, String> owners, HeldCopies held) {
    this.owners = owners;
    this.held = held;
    Set<String> members = held.members();
    members.forEach(member -> spread.put(member, new TreeSet<>()));
    for (int number = 0; number < partitions; number++) {
      String owner = owners.get(number);
      (owner == null ? free : of(owner)).add(number);
    }
    least = partitions / members.size();
    larger = partitions % members.size();
  }

  /** The members that are to have the partitions, by their number. */
  Map<Integer, String> targets() {
    countSurplus();
    giveToCopies(this::isExpected);
    giveToCopies((member, number) -> true);
    moveToCopies(this::isExpected);
    moveToCopies(held::isCurrent);
    moveToCopies(held::isWarmUp);
    moveToCopies((member, number) -> true);
    takeTheOthers();
    free.forEach(number -> fewest().add(number));
    Map<Integer, String> targets = new TreeMap<>();
    spread.forEach((member, some) -> some.forEach(number -> targets.put(number, member)));
    return targets;
  }

  private TreeSet<Integer> of(String member) {
    return Objects.requireNonNull(spread.get(member));
  }

  private void countSurplus() {
    spread.forEach(
        (member, some) -> {
          int quota = some.size() > least && larger > 0 ? least + 1 : least;
          larger -= quota > least ? 1 : 0;
          surplus.put(member, Math.max(0, some.size() - quota));
        });
  }

  /**
   * What nobody has goes to who has the freshest copy; those with the fewest copies first, as the
   * others may still go elsewhere.
   */
  private void giveToCopies(BiPredicate<String, Integer> copies) {
    Map<Integer, List<String>> holders = new HashMap<>();
    free.forEach(number -> holders.put(number, holders(number, copies)));
    List<Integer> order = new ArrayList<>(free);
    order.sort(
        Comparator.comparingInt((Integer number) -> holders.getOrDefault(number, List.of()).size())
            .thenComparingInt(number -> number));
    for (int number : order) {
      for (String holder : holders.getOrDefault(number, List.of())) {
        if (hasRoom(holder)) {
          give(number, holder);
          free.remove(number);
          break;
        }
      }
    }
  }

  /** The members that have a copy of a partition, the freshest first. */
  private List<String> holders(int number, BiPredicate<String, Integer> copies) {
    return held.members().stream()
        .filter(member -> held.of(member).contains(number) && copies.test(member, number))
        .sorted(held.freshestFirst(number))
        .toList();
  }

  /** Whether it is on its way to a member, whose former owner may have let go of it already. */
  private boolean isExpected(String member, int number) {
    return held.isWarmUp(member, number) && held.isCurrent(member, number);
  }

  private boolean hasRoom(String member) {
    int size = of(member).size();
    return size < least || size == least && larger > 0;
  }

  private void give(int number, String member) {
    TreeSet<Integer> some = of(member);
    some.add(number);
    larger -= some.size() > least ? 1 : 0;
  }

  /** Has what is too much go to those who have copies of it. */
  private void moveToCopies(BiPredicate<String, Integer> copies) {
    for (Move move : moves(copies)) {
      if (isTooMuch(move.from()) && hasRoom(move.to()) && of(move.from()).remove(move.number())) {
        surplus.merge(move.from(), -1, Integer::sum);
        give(move.number(), move.to());
      }
    }
  }

  /** What only one could take comes first; of that, something of each member by turns. */
  private List<Move> moves(BiPredicate<String, Integer> copies) {
    List<Move> moves = new ArrayList<>();
    Map<Integer, Integer> takers = new HashMap<>();
    for (String to : spread.keySet()) {
      if (hasRoom(to)) {
        Map<String, Integer> turns = new HashMap<>();
        for (int number : new TreeSet<>(held.of(to)).descendingSet()) {
          String from = owners.get(number);
          if (from != null && isTooMuch(from) && copies.test(to, number)) {
            moves.add(new Move(number, from, to, turns.merge(from, 1, Integer::sum)));
            takers.merge(number, 1, Integer::sum);
          }
        }
      }
    }
    moves.sort(
        Comparator.comparingInt((Move move) -> takers.getOrDefault(move.number(), 0))
            .thenComparingInt(Move::turn));
    return moves;
  }

  private boolean isTooMuch(String member) {
    return surplus.getOrDefault(member, 0) > 0;
  }

  private void takeTheOthers() {
    surplus.forEach(
        (member, count) -> {
          for (int i = 0; i < count; i++) {
            free.add(Objects.requireNonNull(of(member).pollLast()));
          }
        });
  }

  private TreeSet<Integer> fewest() {
    return spread.values().stream().min(Comparator.comparingInt(Set::size)).orElseThrow();
  }

  private record Move(int number, String from, String to, int turn) {}
}
