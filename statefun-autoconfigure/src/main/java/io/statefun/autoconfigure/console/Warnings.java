/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.engine.EngineLoad;
import io.statefun.engine.EngineStatus;
import io.statefun.message.TypeName;
import io.statefun.remote.RemoteEndpoints;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says what is wrong with an application, and what somebody can do about it. */
final class Warnings {

  /** As often something may fail in a row without being taken for broken. */
  static final int FAILURES_IN_A_ROW = 5;

  private static final Duration LONG_COMMIT = Duration.ofSeconds(15);
  private static final Duration LATE_TIMERS = Duration.ofSeconds(10);
  private static final double HELD_UP = 0.5;

  private final List<Warning> all = new ArrayList<>();

  /** How bad it is. */
  enum Severity {
    WARNING,
    CRITICAL
  }

  /**
   * Something that is wrong.
   *
   * @param action what to do
   * @param view the view that shows more of it; null if none does
   */
  record Warning(String severity, String title, String action, @Nullable String view) {}

  List<Warning> all() {
    return all;
  }

  /** The worst of them, as {@code good} if there is none. */
  String health() {
    String worst = "good";
    for (Warning warning : all) {
      if (warning.severity().equals(name(Severity.CRITICAL))) {
        return warning.severity();
      }
      worst = warning.severity();
    }
    return worst;
  }

  private static String name(Severity severity) {
    return severity.name().toLowerCase(Locale.ROOT);
  }

  private void add(Severity severity, String title, String action, @Nullable String view) {
    all.add(new Warning(name(severity), title, action, view));
  }

  private static Severity lasting(int inARow) {
    return inARow >= FAILURES_IN_A_ROW ? Severity.CRITICAL : Severity.WARNING;
  }

  Warnings engine(EngineStatus status) {
    if (status.failure() != null) {
      add(
          Severity.CRITICAL,
          (status.state() == EngineStatus.State.FAILED
                  ? "The engine has stopped: "
                  : "This process cannot take over partitions: ")
              + status.failure(),
          "What is committed is safe. Mend the cause, and restart this process if it has stopped.",
          null);
    }
    if (status.commitFailures() > 0) {
      add(
          lasting(status.commitFailures()),
          "Commits fail, " + status.commitFailures() + " times in a row: " + status.commitFailure(),
          "See whether the snapshot store, and Kafka, can be reached. Nothing is lost; nothing"
              + " leaves the application until it is committed.",
          "snapshots");
    } else if (status.commitWaiting().compareTo(LONG_COMMIT) > 0) {
      add(
          Severity.CRITICAL,
          "A commit has been waiting for " + status.commitWaiting().toSeconds() + " s",
          "The snapshot store or Kafka does not answer, or a handler does not come to its end.",
          "snapshots");
    }
    for (TypeName function : status.stoppedFunctions()) {
      add(
          Severity.CRITICAL,
          "Function " + function + " is stopped, as its failure policy says",
          "Its messages wait. Mend what makes it fail, and restart the processes.",
          "functions");
    }
    failing("Egress", "refuses records", status.failingEgresses());
    failing("Ingress", "cannot be read", status.failingIngresses());
    unreadable(status.unreadableState());
    EngineStatus.FailedSavepoint savepoint = status.savepoints().failure();
    if (savepoint != null) {
      add(
          Severity.WARNING,
          "Savepoint " + savepoint.number() + " was given up: " + savepoint.why(),
          "The application goes on. Take another one when the cause is mended.",
          "snapshots");
    }
    return this;
  }

  private void failing(String what, String how, Map<TypeName, Integer> failures) {
    failures.forEach(
        (name, inARow) ->
            add(
                lasting(inARow),
                what + " " + name + " " + how + ", " + inARow + " times in a row",
                "See the log for why. It is tried again, and nothing is lost meanwhile.",
                null));
  }

  private void unreadable(EngineStatus.@Nullable UnreadableState found) {
    if (found != null) {
      add(
          Severity.WARNING,
          "State could not be read " + found.count() + " times, last of " + found.address(),
          "A state's class has changed so that it does not read what is stored: "
              + found.cause()
              + ". Correct the class, then replay the dead letters.",
          "dead-letters");
    }
  }

  Warnings load(EngineLoad load, double limited) {
    if (limited > HELD_UP) {
      add(
          Severity.WARNING,
          "Workers take nothing in for "
              + Math.round(limited * 100)
              + " % of their time, as something is at its limit",
          "The snapshot store, the disk or the receivers of egresses do not keep up.",
          null);
    }
    if (load.timersBehind().compareTo(LATE_TIMERS) > 0) {
      add(
          Severity.WARNING,
          "Timers are " + load.timersBehind().toSeconds() + " s late",
          "There is more to do than this process manages. Add processes, or wait for the end of"
              + " the peak.",
          "functions");
    }
    if (load.blockedInstances() > 0) {
      add(
          Severity.WARNING,
          load.blockedInstances() + " instances wait, since a message of theirs has failed",
          "It is tried again after a pause. See which function fails.",
          "functions");
    }
    return this;
  }

  Warnings endpoints(List<RemoteEndpoints.Status> endpoints) {
    for (RemoteEndpoints.Status endpoint : endpoints) {
      if (endpoint.failures() >= FAILURES_IN_A_ROW) {
        add(
            Severity.WARNING,
            "Endpoint " + endpoint.endpoint() + " does not answer: " + endpoint.lastFailure(),
            "Its messages wait, and nothing is lost. See whether it runs.",
            "endpoints");
      }
    }
    return this;
  }

  Warnings deadLetters(long count) {
    if (count > 0) {
      add(
          Severity.WARNING,
          count + (count == 1 ? " message is" : " messages are") + " among the dead letters",
          "They could not be handled. See why, and replay them when that is mended.",
          "dead-letters");
    }
    return this;
  }
}
