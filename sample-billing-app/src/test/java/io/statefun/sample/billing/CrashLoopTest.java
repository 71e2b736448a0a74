/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.sample.billing.audit.Audit;
import io.statefun.test.CrashableApplication;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** A short edition of the crash-loop script: kill -9 in the middle of the billing. */
class CrashLoopTest {

  private static final int USERS = 1_000;
  private static final int PERIODS = 3;
  private static final int KILLS = 4;
  private static final int KILLED_WHILE_STARTING = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path directory;

  @Test
  void givenKillsWithAndWithoutLossOfTheDiskThenEachPaymentIsMadeOnce() throws Exception {
    Audit audit = Audit.of(directory, USERS, PERIODS);
    try (CrashableApplication application = start()) {
      for (int kill = 1; kill <= KILLS; kill++) {
        if (kill == KILLED_WHILE_STARTING) {
          // Long enough for a node to begin its recovery, and no sign of it to wait for.
          Awaitility.await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
        } else {
          awaitPart(kill, audit, application);
        }
        application.kill();
        assertThat(audit.paid()).as("paid at kill %d", kill).isLessThan(audit.due());
        if (kill % 2 == 0) {
          FileSystemUtils.deleteRecursively(directory.resolve("node"));
        }
        application.restart();
      }

      String report = audit.report((int) PATIENCE.toSeconds());
      assertThat(Audit.summary(report))
          .as(report)
          .startsWith("users=" + USERS + " ")
          .endsWith(" duplicates=0 lost=0 unknown=0");
      application.stop();
      assertThat(audit.report(0)).as("after the end").isEqualTo(report);
      assertThat(application.fullOutput()).noneMatch(line -> line.contains(" ERROR "));
    }
  }

  private CrashableApplication start() {
    return CrashableApplication.of(BillingApplication.class)
        .jvmOptions("-Xmx256m", "-XX:TieredStopAtLevel=1")
        .arguments(
            "--server.port=0",
            "--billing.directory=" + directory,
            "--billing.users=" + USERS,
            "--billing.periods-limit=" + PERIODS,
            "--billing.period=4s",
            "--billing.max-attempts=100")
        .start();
  }

  /** Waits until a part of the payments, which grows from kill to kill, is made. */
  private static void awaitPart(int kill, Audit audit, CrashableApplication application) {
    Awaitility.await("time for kill " + kill)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .failFast(
            () ->
                assertThat(application.isRunning())
                    .as(() -> String.join("\n", application.output()))
                    .isTrue())
        .until(
            () -> Files.exists(audit.input()) && audit.paid() > audit.due() * kill / (KILLS + 1));
  }
}
