/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.snapshot.FaultPoint;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {

  private static final long SEEDS = Long.getLong("statefun.simulation.seeds", 2_000);

  /** What is reached only if a log commits the epochs. */
  private static final Set<FaultPoint> OF_THE_LOG =
      EnumSet.of(FaultPoint.TRANSACTION_BEGUN, FaultPoint.OBJECT_DURABLE);

  private static final long SEEDS_ELSEWHERE = 100;

  /** What is reached only if savepoints are taken. */
  static final Set<FaultPoint> OF_SAVEPOINTS =
      EnumSet.of(
          FaultPoint.BEFORE_SAVEPOINT_PART,
          FaultPoint.AFTER_SAVEPOINT_PART,
          FaultPoint.BEFORE_SAVEPOINT_MANIFEST,
          FaultPoint.AFTER_SAVEPOINT_MANIFEST);

  @Test
  void noPromiseIsBrokenWhateverCrashesAndWhateverIsLost() {
    Set<FaultPoint> reached = runAll(Simulation.Options.NONE.takingSavepoints());

    assertThat(reached).isEqualTo(EnumSet.complementOf(EnumSet.copyOf(OF_THE_LOG)));
  }

  @Test
  void noPromiseIsBrokenWhenALogCommitsWhateverItLosesAndWhoeverOwnsThePartitions() {
    Set<FaultPoint> reached = runAll(Simulation.Options.WITH_LOG.takingSavepoints());

    assertThat(reached).isEqualTo(EnumSet.allOf(FaultPoint.class));
  }

  @Test
  void noPromiseIsBrokenWhenSomeFunctionsRunElsewhere() {
    List<String> violations = new ArrayList<>();
    for (Simulation.Options options :
        List.of(
            Simulation.Options.NONE.callingElsewhere(),
            Simulation.Options.WITH_LOG.takingSavepoints().callingElsewhere())) {
      Seeds.upTo(SEEDS_ELSEWHERE, seed -> violation(seed, Simulation.run(seed, options)))
          .forEach(violations::addAll);
    }
    assertThat(violations).isEmpty();
  }

  /** Text for a seed that violates something. */
  private static List<String> violation(long seed, Simulation.Outcome outcome) {
    String violation = outcome.violation();
    return violation == null ? List.of() : List.of("seed " + seed + ": " + violation);
  }

  private static Set<FaultPoint> runAll(Simulation.Options options) {
    List<String> violations = new ArrayList<>();
    Set<FaultPoint> reached = EnumSet.noneOf(FaultPoint.class);
    int crashes = 0;
    int faults = 0;
    long savepoints = 0;
    long seed = 0;
    for (Simulation.Outcome outcome : Seeds.upTo(SEEDS, one -> Simulation.run(one, options))) {
      seed++;
      crashes += outcome.crashes();
      faults += outcome.faults();
      savepoints += outcome.savepoints();
      reached.addAll(outcome.reached().keySet());
      violations.addAll(violation(seed, outcome));
    }
    assertThat(violations).isEmpty();
    assertThat(crashes).isGreaterThan((int) SEEDS);
    assertThat(faults).isGreaterThan((int) SEEDS);
    assertThat(savepoints).isGreaterThan(SEEDS / 10);
    return reached;
  }

  @ParameterizedTest
  @ValueSource(longs = {54, 128, 133, 194, 195, 880, 2891, 4883, 15961, 18062, 801907, 801908})
  void seedsThatOnceFailedPass(long seed) {
    assertThat(Simulation.run(seed, Simulation.Options.NONE).violation()).isNull();
  }

  @ParameterizedTest
  @ValueSource(longs = 55161)
  void seedsThatOnceFailedWithALogPass(long seed) {
    assertThat(Simulation.run(seed, Simulation.Options.WITH_LOG).violation()).isNull();
  }

  @Test
  void aSeedReproducesItsRunExactly() {
    List<String> first = new ArrayList<>();
    List<String> second = new ArrayList<>();
    Simulation.Outcome one = Simulation.run(77, traced(first));
    Simulation.Outcome two = Simulation.run(77, traced(second));
    assertThat(two).isEqualTo(one);
    assertThat(second).isEqualTo(first);
  }

  private static Simulation.Options traced(List<String> lines) {
    return Simulation.Options.NONE.takingSavepoints().traced(lines::add);
  }
}
