/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.audit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the provider's ledger says, held against the payments that are due. It counts requests and
 * payments itself, and does not rely on the provider to have found a duplicate.
 */
final class LedgerBook {

  private static final int FIELDS = 6;
  private static final int SHOWN = 10;

  private final Map<String, Long> due;
  private final Map<String, Integer> declines = new TreeMap<>();
  private final Set<String> requested = new HashSet<>();
  private final Set<String> paid = new HashSet<>();
  private final Set<String> unknown = new HashSet<>();
  private final List<String> findings = new ArrayList<>();
  private int duplicates;
  private int redelivered;

  LedgerBook(Map<String, Long> due) {
    this.due = due;
  }

  void add(String line) {
    String[] fields = line.split(" ", -1);
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException("Not a line of the ledger: '" + line + "'");
    }
    entry(fields[0], fields[1], fields[2], Long.parseLong(fields[4]), line);
  }

  private void entry(String kind, String payment, String attempt, long amount, String line) {
    Long expected = due.get(payment);
    if (expected == null) {
      unknown(payment, "not due", line);
    } else if (expected != amount) {
      unknown(payment, "not the amount that is due, " + expected, line);
    }
    String request = payment + " " + attempt;
    switch (kind) {
      case "REQUEST" -> {
        if (!requested.add(request)) {
          duplicate("asked for twice", line);
        } else if (paid.contains(payment)) {
          duplicate("asked for again after it was paid", line);
        }
      }
      case "DUPLICATE" -> duplicate("refused as a duplicate", line);
      case "CONFLICT" -> unknown(line, "two requests under one delivery id", line);
      case "REDELIVERED" -> redelivered++;
      case "DECLINED" -> {
        answered(request, payment, line);
        declines.merge(payment, 1, Integer::sum);
      }
      case "PAID" -> {
        answered(request, payment, line);
        if (!paid.add(payment)) {
          duplicate("paid twice", line);
        }
      }
      default -> throw new IllegalArgumentException("Not a line of the ledger: '" + line + "'");
    }
  }

  private void answered(String request, String payment, String line) {
    if (!requested.contains(request)) {
      unknown(payment, "answered but never asked for", line);
    }
  }

  private void unknown(String what, String why, String line) {
    if (unknown.add(what)) {
      find("unknown: " + why + ": " + line);
    }
  }

  private void duplicate(String why, String line) {
    duplicates++;
    find("duplicate: " + why + ": " + line);
  }

  private void find(String finding) {
    if (findings.size() < SHOWN) {
      findings.add(finding);
    }
  }

  /**
   * Draws the balance.
   *
   * @param users how many users the input has
   * @param maxAttempts after how many declined attempts a payment may be given up, 0 for never
   */
  Balance balance(int users, int maxAttempts) {
    int givenUp = 0;
    List<String> missing = new ArrayList<>();
    for (String payment : due.keySet()) {
      if (paid.contains(payment)) {
        continue;
      }
      if (maxAttempts > 0 && declines.getOrDefault(payment, 0) >= maxAttempts) {
        givenUp++;
      } else {
        missing.add(payment);
      }
    }
    missing.stream().limit(SHOWN).forEach(payment -> findings.add("lost: " + payment));
    return new Balance(
        users,
        due.size(),
        due.size() - givenUp - missing.size(),
        givenUp,
        duplicates,
        missing.size(),
        unknown.size(),
        redelivered,
        declines.values().stream().mapToInt(Integer::intValue).sum(),
        List.copyOf(findings));
  }
}
