/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

/** Runs many seeds of the {@link ClusterSimulation}, or shows what happens in one. */
final class SimulateCluster {

  private SimulateCluster() {}

  /**
   * Takes {@code first} and {@code count}, or one seed whose trace is printed.
   *
   * @param args the numbers
   */
  public static void main(String[] args) {
    long first = Long.parseLong(args[0]);
    boolean one = args.length == 1;
    long count = one ? 1 : Long.parseLong(args[1]);
    int violations = 0;
    long crashes = 0;
    long moves = 0;
    long posted = 0;
    for (long seed = first; seed < first + count; seed++) {
      ClusterSimulation.Outcome outcome =
          ClusterSimulation.run(seed, null, one ? System.out::println : line -> {});
      crashes += outcome.crashes();
      moves += outcome.moves();
      posted += outcome.posted();
      if (outcome.violation() != null) {
        violations++;
        System.out.println("seed " + seed + ": " + outcome.violation());
      }
    }
    System.out.printf(
        "seeds=%d violations=%d crashes=%d moves=%d posted=%d%n",
        count, violations, crashes, moves, posted);
  }
}
