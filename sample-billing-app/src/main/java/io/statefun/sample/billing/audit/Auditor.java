/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.audit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Compares what is due, by the input, with what was paid, by the provider's ledger. The last line
 * it prints is the summary; it exits with 0 if each payment that is due was paid exactly once and
 * nothing else was, with 1 if not, and with 2 if it could not tell.
 */
public final class Auditor {

  private static final Set<String> OPTIONS =
      Set.of("input", "ledger", "periods", "max-attempts", "wait", "due");
  private static final String HELP =
      """
      Usage: Auditor --input=FILE --ledger=FILE --periods=N [options]
        --input=FILE       the change events of the user table, one a line
        --ledger=FILE      the payment provider's ledger
        --periods=N        how many periods of each user are billed
        --max-attempts=N   a payment that was declined so often counts as given up, not as lost
        --wait=SECONDS     wait up to so long until nothing that is due is missing
        --due              print how many payments are due, and nothing else
      """;
  private static final long PAUSE_MS = 500;

  private final Path ledger;
  private final int maxAttempts;
  private final DuePayments due;

  Auditor(Path input, Path ledger, int periods, int maxAttempts) throws IOException {
    this.ledger = ledger;
    this.maxAttempts = maxAttempts;
    this.due = new DuePayments(periods);
    forEachLine(input, due::add);
    if (!due.closedByClock().isEmpty()) {
      throw new IllegalArgumentException(
          "the rows of "
              + due.closedByClock().size()
              + " users have no closed_through, so what they owe depends on the clock");
    }
  }

  /** Runs the audit; {@code --help} says how. */
  public static void main(String[] args) {
    System.exit(run(args, System.out));
  }

  static int run(String[] args, PrintStream out) {
    try {
      Map<String, String> options = options(args);
      if (options.containsKey("help")) {
        out.print(HELP);
        return 0;
      }
      return run(options, out);
    } catch (IOException | IllegalArgumentException e) {
      out.println("The audit is not possible: " + e.getMessage());
      return 2;
    }
  }

  private static int run(Map<String, String> options, PrintStream out) throws IOException {
    Auditor auditor =
        new Auditor(
            Path.of(required(options, "input")),
            Path.of(required(options, "ledger")),
            Integer.parseInt(required(options, "periods")),
            Integer.parseInt(options.getOrDefault("max-attempts", "0")));
    if (options.containsKey("due")) {
      out.println(auditor.due.amounts().size());
      return 0;
    }
    Balance balance = auditor.audit(Long.parseLong(options.getOrDefault("wait", "0")));
    print(balance, auditor.due.rejected(), out);
    return balance.holds() ? 0 : 1;
  }

  Balance audit() throws IOException {
    LedgerBook book = new LedgerBook(due.amounts());
    if (Files.exists(ledger)) {
      forEachLine(ledger, book::add);
    }
    return book.balance(due.users(), maxAttempts);
  }

  private Balance audit(long waitSeconds) throws IOException {
    long deadline = System.nanoTime() + waitSeconds * 1_000_000_000L;
    Balance balance = audit();
    while (!balance.isComplete() && System.nanoTime() - deadline < 0) {
      pause();
      balance = audit();
    }
    return balance;
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalArgumentException("Interrupted", e);
    }
  }

  private static void print(Balance balance, int rejected, PrintStream out) {
    balance.findings().forEach(out::println);
    if (rejected > 0) {
      out.println("lines of the input that are no change events: " + rejected);
    }
    out.printf(
        Locale.ROOT,
        "attempts declined: %d, given up: %d, harmless redeliveries: %d%n",
        balance.declined(),
        balance.givenUp(),
        balance.redelivered());
    out.println(balance.summary());
  }

  /** Hands over each complete line: a last line without an end is still being written. */
  private static void forEachLine(Path file, Consumer<String> consumer) throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      StringBuilder line = new StringBuilder();
      for (int c = reader.read(); c >= 0; c = reader.read()) {
        if (c == '\n') {
          consumer.accept(line.toString());
          line.setLength(0);
        } else {
          line.append((char) c);
        }
      }
    }
  }

  private static String required(Map<String, String> options, String name) {
    String value = options.get(name);
    if (value == null) {
      throw new IllegalArgumentException("--" + name + " is missing; see --help");
    }
    return value;
  }

  private static Map<String, String> options(String[] args) {
    Map<String, String> result = new HashMap<>();
    for (String arg : args) {
      int equals = arg.indexOf('=');
      String name = equals < 0 ? arg : arg.substring(0, equals);
      name = name.startsWith("--") ? name.substring(2) : name;
      if (!OPTIONS.contains(name) && !name.equals("help")) {
        throw new IllegalArgumentException("What is " + arg + "? See --help");
      }
      result.put(name, equals < 0 ? "" : arg.substring(equals + 1));
    }
    return result;
  }
}
