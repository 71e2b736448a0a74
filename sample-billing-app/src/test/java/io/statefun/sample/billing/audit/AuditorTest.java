/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditorTest {

  private static final String ALL_WELL =
      """
      REQUEST u1-p1 1 d1 500 1000
      DECLINED u1-p1 1 d1 500 1100
      REQUEST u1-p1 2 d2 500 1200
      REDELIVERED u1-p1 2 d2 500 1201
      PAID u1-p1 2 d2 500 1300
      REQUEST u1-p2 1 d3 500 2000
      PAID u1-p2 1 d3 500 2100
      """;

  @TempDir private Path directory;
  private Path input;
  private Path ledger;
  private int status;

  @BeforeEach
  void writeInput() throws IOException {
    input = directory.resolve("input.ndjson");
    ledger = directory.resolve("ledger.log");
    Files.writeString(input, event("c", 1, 10, "ACTIVE", 2) + "\n");
  }

  @Test
  void givenEachPaymentThatIsDueWasPaidOnceThenAllHolds() {
    assertThat(audit(ALL_WELL)).isEqualTo(line(1, 2, 2, 0, 0, 0));
    assertThat(status).isZero();
  }

  @Test
  void givenAPaymentIsMissingThenItIsLost() {
    assertThat(audit(ALL_WELL.replace("PAID u1-p2 1 d3 500 2100\n", "")))
        .isEqualTo(line(1, 2, 1, 0, 1, 0));
    assertThat(status).isEqualTo(1);
  }

  @Test
  void givenNoLedgerThenAllIsLost() {
    assertThat(run("--input=" + input, "--ledger=" + ledger, "--periods=3"))
        .endsWith(line(1, 2, 0, 0, 2, 0));
  }

  @Test
  void givenTheProviderRefusedADuplicateThenItIsCounted() {
    assertThat(audit(ALL_WELL + "DUPLICATE u1-p2 1 d9 500 2200\n"))
        .isEqualTo(line(1, 2, 2, 1, 0, 0));
    assertThat(status).isEqualTo(1);
  }

  @Test
  void givenTheProviderOverlookedADuplicateThenTheAuditorFindsIt() {
    assertThat(audit(ALL_WELL + "REQUEST u1-p2 1 d9 500 2200\n" + "PAID u1-p2 1 d9 500 2300\n"))
        .isEqualTo(line(1, 2, 2, 2, 0, 0));
    assertThat(audit(ALL_WELL + "REQUEST u1-p2 2 d9 500 2200\n")).isEqualTo(line(1, 2, 2, 1, 0, 0));
  }

  @Test
  void givenAPaymentThatIsNotDueThenItIsUnknown() {
    assertThat(audit(ALL_WELL + "REQUEST u1-p3 1 d9 500 1\nPAID u1-p3 1 d9 500 2\n"))
        .isEqualTo(line(1, 2, 2, 0, 0, 1));
    assertThat(audit(ALL_WELL + "PAID ghost-p1 1 - 0 1\n")).isEqualTo(line(1, 2, 2, 0, 0, 1));
  }

  @Test
  void givenAnAnswerToAnAttemptNobodyMadeThenItIsUnknown() {
    assertThat(audit(ALL_WELL.replace("REQUEST u1-p2 1 d3 500 2000\n", "")))
        .isEqualTo(line(1, 2, 2, 0, 0, 1));
  }

  @Test
  void givenAWrongAmountThenItIsUnknown() {
    assertThat(audit(ALL_WELL.replace("u1-p2 1 d3 500", "u1-p2 1 d3 700")))
        .isEqualTo(line(1, 2, 2, 0, 0, 1));
  }

  @Test
  void givenAPaymentWasDeclinedAsOftenAsIsAllowedThenItIsGivenUpAndNotLost() {
    String declined = ALL_WELL.replace("PAID u1-p2", "DECLINED u1-p2");

    assertThat(audit(declined, "--max-attempts=1")).isEqualTo(line(1, 2, 1, 0, 0, 0));
    assertThat(status).isZero();
    assertThat(audit(declined)).isEqualTo(line(1, 2, 1, 0, 1, 0));
  }

  @Test
  void givenALastLineThatIsStillBeingWrittenThenItDoesNotCount() {
    assertThat(audit(ALL_WELL + "DUPLICATE u1-p2 1 d9 5")).isEqualTo(line(1, 2, 2, 0, 0, 0));
  }

  @Test
  void givenAnOptionIsMissingOrWrongThenItCannotTell() {
    run("--input=" + input);
    assertThat(status).isEqualTo(2);
    run("--nonsense");
    assertThat(status).isEqualTo(2);
    assertThat(run("--help")).startsWith("Usage");
    assertThat(status).isZero();
  }

  @Test
  void givenRowsThatLeaveClosingToTheClockThenItCannotTell() throws IOException {
    String byClock = event("c", 1, 10, "ACTIVE", 2).replace(",\"closed_through\":2", "");
    Files.writeString(input, byClock + "\n");

    assertThat(audit(ALL_WELL)).contains("depends on the clock");
    assertThat(status).isEqualTo(2);
  }

  @Test
  void givenOutOfOrderRepeatedAndDeletedRowsThenDueFollowsTheOrderOfTheSource() {
    assertThat(due(event("c", 1, 10, "ACTIVE", 1), event("u", 1, 20, "PAUSED", 3)))
        .containsExactly("u1-p1");
    assertThat(due(event("u", 1, 20, "PAUSED", 3), event("c", 1, 10, "ACTIVE", 1))).isEmpty();
    assertThat(due(event("c", 1, 10, "ACTIVE", 1), event("c", 1, 10, "ACTIVE", 3)))
        .containsExactly("u1-p1");
    assertThat(due(event("r", 1, 10, "ACTIVE", 1), event("d", 1, 20, "ACTIVE", 3)))
        .containsExactly("u1-p1");
    assertThat(
            due(
                event("r", 1, 10, "ACTIVE", 1),
                "{\"key\":{\"id\":1},\"value\":null,\"headers\":{\"__lsn\":\"30\"}}",
                event("u", 1, 20, "ACTIVE", 3)))
        .containsExactly("u1-p1");
  }

  @Test
  void givenJsonThenItIsReadAsItIs() {
    assertThat(Json.parse(" {\"a\":[1,-2.5,true,false,null,\"x\\n\\u0041\\\"\"],\"b\":{}} "))
        .hasToString("{a=[1, -2.5, true, false, null, x\nA\"], b={}}");
  }

  @Test
  void givenTheAuditAndTheProviderThenTheyShareNoCodeWithTheApplication() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.statefun.sample.billing");

    ArchRuleDefinition.classes()
        .that()
        .resideInAPackage("..billing.audit..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", "..billing.audit..")
        .check(classes);
    ArchRuleDefinition.classes()
        .that()
        .resideInAPackage("..billing.provider..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", "..billing.provider..", "..billing.lines..")
        .check(classes);
  }

  private static List<String> due(String... events) {
    DuePayments due = new DuePayments(3);
    List.of(events).forEach(due::add);
    assertThat(due.rejected()).isZero();
    return List.copyOf(due.amounts().keySet());
  }

  private String audit(String ledgerText, String... more) {
    try {
      Files.writeString(ledger, ledgerText);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    String[] args = new String[3 + more.length];
    args[0] = "--input=" + input;
    args[1] = "--ledger=" + ledger;
    args[2] = "--periods=3";
    System.arraycopy(more, 0, args, 3, more.length);
    List<String> lines = run(args).lines().toList();
    return lines.get(lines.size() - 1);
  }

  private String run(String... args) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    status = Auditor.run(args, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8).stripTrailing();
  }

  private static String line(int users, int due, int paid, int duplicates, int lost, int unknown) {
    return String.format(
        "users=%d due=%d paid=%d duplicates=%d lost=%d unknown=%d",
        users, due, paid, duplicates, lost, unknown);
  }

  private static String event(String op, int id, int lsn, String status, int closedThrough) {
    String row =
        String.format(
            "{\"id\":%d,\"status\":\"%s\",\"billing_interval\":\"MONTHLY\",\"amount_cents\":500"
                + ",\"closed_through\":%d}",
            id, status, closedThrough);
    return String.format(
        "{\"key\":{\"id\":%d},\"value\":{\"before\":%s,\"after\":%s,\"source\":{\"lsn\":%d,"
            + "\"ts_ms\":%d},\"op\":\"%s\"}}",
        id, op.equals("d") ? row : "null", op.equals("d") ? "null" : row, lsn, lsn, op);
  }
}
