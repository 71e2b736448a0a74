/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.sample.billing.audit.Audit;
import io.statefun.services.NodePackage;
import io.statefun.services.NodeServer;
import io.statefun.test.CrashableApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** The billing with its payment function in JavaScript. Needs Node.js, and is skipped without. */
class JavaScriptPaymentsTest {

  private static final int USERS = 300;
  private static final int PERIODS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static NodePackage payments;

  @TempDir private Path directory;
  private Audit audit;

  @BeforeAll
  static void install() throws IOException {
    payments = NodePackage.install(Path.of("payments-javascript"));
  }

  @BeforeEach
  void prepare() {
    payments.assumeInstalled();
    audit = Audit.of(directory, USERS, PERIODS);
  }

  @Test
  void givenTheFunctionAloneThenItsOwnTestsSucceed() throws Exception {
    NodePackage.Result result = payments.test();

    assertThat(result.status()).as(result.output()).isZero();
  }

  @Test
  void givenKillsOfTheFunctionAndTheApplicationThenEachPaymentIsMadeOnce() throws Exception {
    try (NodeServer function = startFunction();
        CrashableApplication application = startInJavaScript(function)) {
      awaitPart(1, 5, application);
      function.kill();
      function.restart();
      awaitPart(2, 5, application);
      application.kill();
      FileSystemUtils.deleteRecursively(directory.resolve("node"));
      application.restart();
      awaitPart(3, 5, application);
      function.kill();
      application.kill();
      assertThat(audit.paid()).as("paid when both were killed").isLessThan(audit.due());
      application.restart();
      function.restart();

      assertAllPaidOnce(application);
    }
  }

  @Test
  void givenAFunctionThatMovesToTheOtherLanguageAndBackThenItsPaymentsGoOn() throws Exception {
    try (NodeServer function = startFunction()) {
      try (CrashableApplication inJava = startInJava()) {
        awaitPart(1, 3, inJava);
      }
      try (CrashableApplication inJavaScript = startInJavaScript(function)) {
        awaitPart(2, 3, inJavaScript);
      }
      function.kill();
      assertThat(audit.paid()).as("paid when it moved back").isLessThan(audit.due());
      try (CrashableApplication inJavaAgain = startInJava()) {
        assertAllPaidOnce(inJavaAgain);
      }
    }
  }

  private NodeServer startFunction() throws IOException {
    return NodeServer.start(
        payments,
        "server.js",
        directory.resolve("payments.log").toFile(),
        "--billing.max-attempts=100");
  }

  private CrashableApplication startInJavaScript(NodeServer function) {
    return start(
        "--spring.profiles.active=javascript",
        "--statefun.remote.endpoints.payments.url=" + function.url() + "/statefun");
  }

  private CrashableApplication startInJava() {
    return start();
  }

  private CrashableApplication start(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--server.port=0",
                "--billing.directory=" + directory,
                "--billing.users=" + USERS,
                "--billing.periods-limit=" + PERIODS,
                "--billing.period=4s",
                "--billing.max-attempts=100"));
    arguments.addAll(List.of(more));
    return CrashableApplication.of(BillingApplication.class)
        .jvmOptions("-Xmx256m", "-XX:TieredStopAtLevel=1")
        .arguments(arguments.toArray(String[]::new))
        .start();
  }

  private void awaitPart(int part, int of, CrashableApplication application) {
    Awaitility.await("part " + part + " of " + of)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .failFast(
            () ->
                assertThat(application.isRunning())
                    .as(() -> String.join("\n", application.output()))
                    .isTrue())
        .until(() -> Files.exists(audit.input()) && audit.paid() > audit.due() * part / (of + 1));
  }

  private void assertAllPaidOnce(CrashableApplication application) {
    String report = audit.report((int) PATIENCE.toSeconds());
    assertThat(Audit.summary(report))
        .as(report)
        .startsWith("users=" + USERS + " ")
        .endsWith(" duplicates=0 lost=0 unknown=0");
    application.stop();
    assertThat(audit.report(0)).as("after the end").isEqualTo(report);
    assertThat(application.fullOutput())
        .noneMatch(line -> line.contains(" ERROR ") || line.contains(" AlertEgress "));
  }
}
