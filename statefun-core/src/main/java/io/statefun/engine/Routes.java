/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions the node has during an epoch, and which worker has which. The others are
 * elsewhere. Immutable; each worker goes over to the next routes with its cut.
 */
final class Routes {

  private static final int ELSEWHERE = -1;

  private final @Nullable Partition[] partitions;
  private final int[] workers;

  /** By target, which way messages of the other partitions of the node take to it. */
  private final Merge[] merges;

  private final int size;

  private Routes(@Nullable Partition[] partitions, int[] workers, Merge[] merges) {
    this.partitions = partitions;
    this.workers = workers;
    this.merges = merges;
    this.size = (int) Arrays.stream(workers).filter(worker -> worker != ELSEWHERE).count();
  }

  /** The routes of a node that has nothing. */
  static Routes none(int partitions) {
    int[] workers = new int[partitions];
    Arrays.fill(workers, ELSEWHERE);
    Merge[] merges = new Merge[partitions];
    Arrays.fill(merges, Merge.APART);
    return new Routes(new Partition[partitions], workers, merges);
  }

  /**
   * Chooses a worker for each of some newcomers, in turn the one that has the fewest partitions.
   */
  Map<Integer, Integer> spread(Collection<Integer> newcomers, int workerCount) {
    int[] counts = new int[workerCount];
    Arrays.stream(workers)
        .filter(worker -> worker != ELSEWHERE)
        .forEach(worker -> counts[worker]++);
    Map<Integer, Integer> chosen = new TreeMap<>();
    for (int newcomer : newcomers) {
      int worker = fewest(counts);
      counts[worker]++;
      chosen.put(newcomer, worker);
    }
    return chosen;
  }

  /** The routes with more partitions, whose messages to and from the others go through the log. */
  Routes with(Collection<Partition> newcomers, Map<Integer, Integer> chosen) {
    @Nullable Partition[] more = partitions.clone();
    int[] moreWorkers = workers.clone();
    for (Partition newcomer : newcomers) {
      more[newcomer.index] = newcomer;
      moreWorkers[newcomer.index] = Objects.requireNonNull(chosen.get(newcomer.index));
    }
    return new Routes(more, moreWorkers, merges);
  }

  /** The routes with all partitions admitted to hand over their messages to some directly. */
  Routes admitting(Collection<Integer> targets) {
    Merge[] closer = merges.clone();
    targets.forEach(target -> closer[target] = merges[target].admit(numbers()));
    return new Routes(partitions, workers, closer);
  }

  private static int fewest(int[] counts) {
    int fewest = 0;
    for (int worker = 1; worker < counts.length; worker++) {
      if (counts[worker] < counts[fewest]) {
        fewest = worker;
      }
    }
    return fewest;
  }

  /** The routes without some partitions. */
  Routes without(Collection<Integer> leaving) {
    @Nullable Partition[] fewer = partitions.clone();
    int[] fewerWorkers = workers.clone();
    for (int number : leaving) {
      fewer[number] = null;
      fewerWorkers[number] = ELSEWHERE;
    }
    Merge[] fewerMerges = merges.clone();
    for (int number = 0; number < fewerMerges.length; number++) {
      fewerMerges[number] = fewer[number] == null ? Merge.APART : merges[number].without(leaving);
    }
    return new Routes(fewer, fewerWorkers, fewerMerges);
  }

  /** How many partitions the node has. */
  int size() {
    return size;
  }

  boolean has(int number) {
    return workers[number] != ELSEWHERE;
  }

  /** The worker of a partition that the node has. */
  int worker(int number) {
    return workers[number];
  }

  /** A partition, or null if it is elsewhere. */
  @Nullable Partition find(int number) {
    return partitions[number];
  }

  /** The partitions that the node has. */
  Collection<Partition> partitions() {
    return numbers().stream().map(this::partition).toList();
  }

  /** A partition that the node has. */
  Partition partition(int number) {
    Partition found = partitions[number];
    if (found == null) {
      throw new IllegalStateException("Partition " + number + " is elsewhere");
    }
    return found;
  }

  /** The number of a partition that the node has, the same one if it has that. */
  int nearest(int number) {
    for (int i = 0; i < workers.length; i++) {
      int next = (number + i) % workers.length;
      if (has(next)) {
        return next;
      }
    }
    throw new IllegalStateException("This process has no partitions at the moment");
  }

  /** The numbers of the partitions that the node has. */
  Set<Integer> numbers() {
    Set<Integer> numbers = new TreeSet<>();
    for (int i = 0; i < workers.length; i++) {
      if (has(i)) {
        numbers.add(i);
      }
    }
    return numbers;
  }

  /** The numbers of all partitions, here and elsewhere. */
  List<Integer> all() {
    return IntStream.range(0, workers.length).boxed().toList();
  }

  /** Which way messages take to a partition that the node has. */
  Merge merge(int target) {
    return merges[target];
  }

  /** Whether all messages between partitions of the node are handed over directly. */
  boolean isWhole() {
    Set<Integer> all = numbers();
    return all.stream().allMatch(target -> isWholeFor(target, all));
  }

  private boolean isWholeFor(int target, Set<Integer> all) {
    return merges[target].isDirectFor(othersThan(target, all));
  }

  /** The partitions to which others have to be admitted, and can be. */
  Set<Integer> apart() {
    Set<Integer> apart = numbers();
    apart.removeIf(
        target ->
            !merges[target].isRead() || merges[target].hasAdmitted(othersThan(target, numbers())));
    return apart;
  }

  private static Set<Integer> othersThan(int target, Set<Integer> all) {
    Set<Integer> others = new TreeSet<>(all);
    others.remove(target);
    return others;
  }
}
