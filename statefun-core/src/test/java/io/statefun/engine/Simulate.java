/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.snapshot.FaultPoint;
import java.util.EnumMap;
import java.util.Map;

/**
 * Runs the simulation: {@code --seeds=N} for many seeds, {@code --seed=N --trace} for one; {@code
 * --log} for a node that commits by transactions of a log, {@code --cluster} for several of them,
 * {@code --savepoints} for savepoints, {@code --remotes} for functions elsewhere. Ends with a line
 * that a program can read, and with exit code 0 only if no promise was broken.
 */
final class Simulate {

  private Simulate() {}

  public static void main(String[] arguments) {
    long seeds = 1_000;
    long first = 1;
    boolean one = false;
    boolean trace = false;
    boolean cluster = false;
    Simulation.Options options = Simulation.Options.NONE;
    for (String argument : arguments) {
      if (argument.startsWith("--seeds=")) {
        seeds = Long.parseLong(argument.substring("--seeds=".length()));
      } else if (argument.startsWith("--first=")) {
        first = Long.parseLong(argument.substring("--first=".length()));
      } else if (argument.startsWith("--seed=")) {
        first = Long.parseLong(argument.substring("--seed=".length()));
        seeds = 1;
        one = true;
      } else if (argument.equals("--trace")) {
        trace = true;
      } else if (argument.equals("--cluster")) {
        cluster = true;
      } else if (argument.equals("--savepoints")) {
        options = options.takingSavepoints();
      } else if (argument.equals("--remotes")) {
        options = options.callingElsewhere();
      } else if (argument.equals("--log")) {
        options = options.withLog(null);
      } else {
        System.err.println("Unknown argument: " + argument + ". See --help.");
        System.exit(2);
      }
    }
    if (trace) {
      options = options.traced(System.out::println);
    }
    boolean good = cluster ? runCluster(first, seeds, options) : run(first, seeds, one, options);
    System.exit(good ? 0 : 1);
  }

  private static boolean runCluster(long first, long seeds, Simulation.Options options) {
    long violations = 0;
    long crashes = 0;
    long moves = 0;
    long turns = 0;
    long posted = 0;
    long copiesUsed = 0;
    long savepoints = 0;
    for (long seed = first; seed < first + seeds; seed++) {
      ClusterSimulation.Outcome outcome =
          ClusterSimulation.run(seed, null, options.withRemotes(), options.trace());
      crashes += outcome.crashes();
      moves += outcome.moves();
      turns += outcome.turns();
      posted += outcome.posted();
      copiesUsed += outcome.copiesUsed();
      savepoints += outcome.savepoints();
      if (outcome.violation() != null) {
        violations++;
        System.out.println("seed " + seed + ": " + outcome.violation());
      }
    }
    System.out.printf(
        "seeds=%d violations=%d crashes=%d moves=%d turns=%d posted=%d copies_used=%d savepoints=%d%n",
        seeds, violations, crashes, moves, turns, posted, copiesUsed, savepoints);
    return violations == 0;
  }

  private static boolean run(long first, long seeds, boolean one, Simulation.Options options) {
    long violations = 0;
    long crashes = 0;
    long faults = 0;
    long savepoints = 0;
    Map<FaultPoint, Integer> reached = new EnumMap<>(FaultPoint.class);
    for (long seed = first; seed < first + seeds; seed++) {
      Simulation.Outcome outcome = Simulation.run(seed, options);
      crashes += outcome.crashes();
      faults += outcome.faults();
      savepoints += outcome.savepoints();
      outcome.reached().forEach((point, times) -> reached.merge(point, times, Integer::sum));
      if (outcome.violation() != null) {
        violations++;
        System.out.println("seed " + seed + ": " + outcome.violation());
      }
      if (!one && (seed - first + 1) % 10_000 == 0) {
        System.out.println((seed - first + 1) + " seeds, " + violations + " violations");
      }
    }
    System.out.println("fault points reached: " + reached);
    if (options.withSavepoints()) {
      System.out.println("savepoints: " + savepoints);
    }
    System.out.printf(
        "seeds=%d violations=%d crashes=%d faults=%d%n", seeds, violations, crashes, faults);
    return violations == 0 && (one || crashes > 0);
  }
}
