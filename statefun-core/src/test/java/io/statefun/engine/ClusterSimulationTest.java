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
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterSimulationTest {

  private static final int SEEDS = 120;
  private static final int SEEDS_ELSEWHERE = 60;

  @Test
  void noPromiseIsBrokenWhoeverDiesAndWhereverPartitionsGo() {
    List<String> violations = new ArrayList<>();
    int crashes = 0;
    int moves = 0;
    int turns = 0;
    long posted = 0;
    int copiesUsed = 0;
    int savepoints = 0;
    int answers = 0;
    Set<FaultPoint> reached = EnumSet.noneOf(FaultPoint.class);
    long seed = 0;
    for (ClusterSimulation.Outcome outcome : Seeds.upTo(SEEDS, ClusterSimulation::run)) {
      seed++;
      crashes += outcome.crashes();
      moves += outcome.moves();
      turns += outcome.turns();
      posted += outcome.posted();
      copiesUsed += outcome.copiesUsed();
      savepoints += outcome.savepoints();
      answers += outcome.answers();
      reached.addAll(outcome.reached());
      violations.addAll(violation(seed, outcome));
    }

    assertThat(violations).isEmpty();
    assertThat(crashes).isGreaterThan(SEEDS);
    assertThat(moves).isGreaterThan(SEEDS);
    assertThat(turns).as("of processes that live on").isGreaterThan(crashes + 5 * SEEDS);
    assertThat(posted).isGreaterThan(SEEDS);
    assertThat(copiesUsed).isGreaterThan(SEEDS);
    assertThat(savepoints).isPositive();
    assertThat(answers).as("of queries").isGreaterThan(SEEDS);
    assertThat(reached).containsAll(SimulationTest.OF_SAVEPOINTS);
  }

  @Test
  void noPromiseIsBrokenWhenSomeFunctionsRunElsewhere() {
    List<List<String>> violations =
        Seeds.upTo(
            SEEDS_ELSEWHERE,
            seed -> violation(seed, ClusterSimulation.run(seed, null, true, line -> {})));

    assertThat(violations).containsOnly(List.of());
  }

  /** Text for a seed that violates something. */
  private static List<String> violation(long seed, ClusterSimulation.Outcome outcome) {
    String violation = outcome.violation();
    return violation == null ? List.of() : List.of("seed " + seed + ": " + violation);
  }

  @ParameterizedTest
  @ValueSource(longs = {13, 17, 411, 1280, 106_653, 133_018, 211_024, 300_775})
  void seedsThatOnceFailedPass(long seed) {
    assertThat(ClusterSimulation.run(seed).violation()).isNull();
  }

  @Test
  void messagesThatOvertakeOthersAreFound() {
    assertThat(violation(SimulatedLog.Defect.HIDDEN_MESSAGES))
        .containsAnyOf("in place of", "was expected");
  }

  @Test
  void aSavepointThatLacksMessagesOnTheirWayIsFound() {
    assertThat(violation(SimulatedLog.Defect.EARLY_MARKERS)).contains("restored from savepoint");
  }

  @Test
  void aNodeThatCommitsAfterItsPartitionsWereGivenAwayIsFound() {
    assertThat(violation(SimulatedLog.Defect.NO_GENERATIONS)).isNotNull();
  }

  @Test
  void referencesThatAreToldThoughATransactionIsOpenAreFound() {
    assertThat(violation(SimulatedLog.Defect.UNSTABLE_OFFSETS)).isNotNull();
  }

  @Test
  void aNodeThatReadsWhatTheNextTurnIsToReadIsFound() {
    assertThat(violation(SimulatedLog.Defect.SHARED_SOURCES)).isNotNull();
  }

  private static @Nullable String violation(SimulatedLog.Defect defect) {
    return LongStream.range(1, 300)
        .mapToObj(seed -> ClusterSimulation.run(seed, defect, false, line -> {}).violation())
        .filter(violation -> violation != null)
        .findFirst()
        .orElse(null);
  }
}
