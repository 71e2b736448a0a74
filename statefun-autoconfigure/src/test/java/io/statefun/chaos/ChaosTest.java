/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChaosTest {

  @TempDir Path directory;

  @Test
  void everyRecordComesOutOnceAndInOrderWhateverIsKilled() throws Exception {
    Chaos.Result result =
        Chaos.run(
            new Chaos.Settings(Duration.ofSeconds(45), "redis", 1, 1, 300, 1, directory, false));

    assertThat(result.complaints()).isEmpty();
    assertThat(result.isGood()).as(result.toString()).isTrue();
    assertThat(result.kills()).isPositive();
  }

  @Test
  void everyRecordComesOutOnceAndInOrderWhereverPartitionsGo() throws Exception {
    Chaos.Result result =
        Chaos.run(
            new Chaos.Settings(Duration.ofSeconds(60), "redis", 3, 1, 300, 2, directory, false));

    assertThat(result.complaints()).isEmpty();
    assertThat(result.isGood()).as(result.toString()).isTrue();
    assertThat(result.rebalances()).isGreaterThan(3);
  }
}
