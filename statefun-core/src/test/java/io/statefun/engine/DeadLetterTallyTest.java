/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.state.HeapBackend;
import io.statefun.state.Overlay;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeadLetterTallyTest {

  private final Overlay overlay = new Overlay(new HeapBackend().open(0));

  private DeadLetterTally tally() {
    DeadLetterTally tally = new DeadLetterTally(overlay);
    tally.restore();
    return tally;
  }

  @Test
  void itCountsWhatComesAndGoesAndWhatWasThere() {
    DeadLetterTally tally = tally();
    tally.add(7, new byte[1]);
    tally.add(9, new byte[1]);
    assertThat(tally.count()).isEqualTo(2);
    tally.remove(7);

    assertThat(tally.count()).isEqualTo(1);
    assertThat(tally().count()).isEqualTo(1);
  }

  @Test
  void ofVeryManyItCountsTheOthersOnceTheFirstAreGone() {
    for (int number = 0; number < DeadLetterTally.MOST + 3; number++) {
      overlay.put(Keys.deadLetter(number), new byte[1]);
    }
    DeadLetterTally tally = tally();
    assertThat(tally.count()).isEqualTo(DeadLetterTally.MOST);

    for (int number = 0; number < DeadLetterTally.MOST; number++) {
      tally.remove(number);
    }

    assertThat(tally.count()).isEqualTo(3);
  }

  @Test
  void processesOfAllVersionsUnderstandEachOther() {
    DeadLetterCounts counts = new DeadLetterCounts(Map.of(3, 300));

    assertThat(HexFormat.of().formatHex(counts.write())).isEqualTo("010103ac02");
    assertThat(DeadLetterCounts.read(HexFormat.of().parseHex("010103ac02"))).isEqualTo(counts);
    assertThat(HexFormat.of().formatHex(new Control.CountDeadLetters().encoded().bytes()))
        .isEqualTo("0112");
    assertThat(
            Control.read(
                TypedValue.ofBytes(
                    TypeName.parse("io.statefun/control"), HexFormat.of().parseHex("0112"))))
        .isEqualTo(new Control.CountDeadLetters());
  }
}
