/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The auditor, for tests.
 *
 * @param input the change events
 * @param ledger the provider's ledger
 * @param periods how many periods of each user are billed
 */
public record Audit(Path input, Path ledger, int periods) {

  /** Of the files as the application lays them out. */
  public static Audit of(Path directory, int users, int periods) {
    return new Audit(
        directory.resolve("input").resolve("user-changes-" + users + ".ndjson"),
        directory.resolve("provider").resolve("ledger.log"),
        periods);
  }

  /** How many payments are due. */
  public int due() {
    return Integer.parseInt(run("--due").strip());
  }

  /** How many payments the ledger has as paid. */
  public int paid() throws IOException {
    if (!Files.exists(ledger)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(ledger)) {
      return (int) lines.filter(line -> line.startsWith("PAID ")).count();
    }
  }

  /**
   * Waits until nothing is missing, but not for ever; all that the auditor says, and its status.
   */
  public String report(int waitSeconds) {
    return run("--wait=" + waitSeconds);
  }

  /** The last line of a report. */
  public static String summary(String report) {
    List<String> lines = report.lines().toList();
    return lines.get(lines.size() - 1);
  }

  private String run(String option) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String[] args = {"--input=" + input, "--ledger=" + ledger, "--periods=" + periods, option};
    int status = Auditor.run(args, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    String report = bytes.toString(StandardCharsets.UTF_8);
    boolean clean = report.strip().endsWith(" duplicates=0 lost=0 unknown=0");
    if (!option.equals("--due") && clean != (status == 0)) {
      throw new AssertionError("Status " + status + " does not fit to: " + report);
    }
    return report;
  }
}
