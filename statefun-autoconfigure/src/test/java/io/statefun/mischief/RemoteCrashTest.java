/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.mischief;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteCrashTest {

  @TempDir Path directory;

  @Test
  void everyRecordComesOutOnceAndInOrderWhateverTheEndpointDoes() throws Exception {
    RemoteCrash.Result result =
        RemoteCrash.run(
            new RemoteCrash.Settings(
                Duration.ofSeconds(20), "redis", 200, 0.2, false, 1, directory, false));

    assertThat(result.complaints()).isEmpty();
    assertThat(result.isGood()).as(result.toString()).isTrue();
    assertThat(result.deadLetters()).isEmpty();
    assertThat(result.kills()).isPositive();
    assertThat(result.endpointKills()).isPositive();
    assertThat(result.endpointPauses()).isPositive();
    for (Mischief mischief : Mischief.values()) {
      assertThat(result.misdeeds()).containsKeys(mischief + "-instead", mischief + "-after");
    }
  }

  @Test
  void whatIsNeverAnsweredBecomesADeadLetterAndNothingElseDoes() throws Exception {
    RemoteCrash.Result result =
        RemoteCrash.run(
            new RemoteCrash.Settings(
                Duration.ofSeconds(8), "redis", 200, 0.05, true, 2, directory, false));

    assertThat(result.complaints()).isEmpty();
    assertThat(result.isGood()).as(result.toString()).isTrue();
    assertThat(result.deadLetters()).isEqualTo(RemoteCrash.poisoned(result.records()));
  }
}
