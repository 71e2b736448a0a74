/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.TypeName;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Tells whether the functions work: down if somebody must look after them, out of service before
 * the engine starts, before its first partitions come, and after it was stopped. A process that
 * stands by for another is well, unless it is to take over and cannot.
 */
final class StateFunHealthIndicator extends AbstractHealthIndicator {

  /** One failure is no news: a commit, or a receiver, is tried again at once. */
  static final int FAILURES_IN_A_ROW = 5;

  /** One attempt may last long, when a service does not answer at all. */
  static final Duration LONGEST_COMMIT = Duration.ofSeconds(15);

  private final StateFunEngine engine;

  StateFunHealthIndicator(StateFunEngine engine) {
    super("The health of the engine is not known");
    this.engine = engine;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    describe(engine.status(), builder);
  }

  static void describe(EngineStatus status, Health.Builder builder) {
    Map<String, Integer> failing = named(status.failingEgresses());
    Map<String, Integer> unreadable = named(status.failingIngresses());
    switch (status.state()) {
      case NEW, STOPPED -> builder.outOfService();
      case STANDBY -> {
        if (status.failure() != null) {
          builder.down();
        } else if (status.standby().warmingUp() > 0) {
          builder.outOfService();
        } else {
          builder.up();
        }
      }
      case FAILED -> builder.down();
      case RUNNING -> {
        if (status.commitFailures() >= FAILURES_IN_A_ROW
            || status.commitWaiting().compareTo(LONGEST_COMMIT) > 0
            || !status.stoppedFunctions().isEmpty()
            || isLasting(failing)
            || isLasting(unreadable)) {
          builder.down();
        } else {
          builder.up();
        }
      }
    }
    builder
        .withDetail("engine", status.state().name().toLowerCase(Locale.ROOT))
        .withDetail("committedEpoch", status.committedEpoch());
    if (status.failure() != null) {
      builder.withDetail("failure", String.valueOf(status.failure()));
    }
    if (status.commitFailures() > 0) {
      builder
          .withDetail("commitFailures", status.commitFailures())
          .withDetail("commitFailure", String.valueOf(status.commitFailure()));
    }
    if (status.commitWaiting().compareTo(LONGEST_COMMIT) > 0) {
      builder.withDetail("commitWaiting", status.commitWaiting());
    }
    if (!status.stoppedFunctions().isEmpty()) {
      builder.withDetail(
          "stoppedFunctions", status.stoppedFunctions().stream().map(TypeName::toString).toList());
    }
    if (!failing.isEmpty()) {
      builder.withDetail("failingEgresses", failing);
    }
    if (!unreadable.isEmpty()) {
      builder.withDetail("failingIngresses", unreadable);
    }
    if (status.standby().copies() > 0 || status.standby().warmingUp() > 0) {
      builder.withDetail("standby", describe(status.standby()));
    }
    if (status.savepoints().newest() != null || status.savepoints().failure() != null) {
      builder.withDetail("savepoint", describe(status.savepoints()));
    }
    if (status.unreadableState() != null) {
      builder.withDetail("unreadableState", describe(status.unreadableState()));
    }
  }

  private static Map<String, Object> describe(EngineStatus.Standby standby) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("copies", standby.copies());
    details.put("copiesBegun", standby.begun());
    details.put("epochsBehind", standby.behind());
    if (standby.warmingUp() > 0) {
      details.put("warmingUp", standby.warmingUp());
    }
    if (standby.failures() > 0) {
      details.put("failures", standby.failures());
    }
    return details;
  }

  /** A backup that failed is no reason to take down what it is a backup of. */
  private static Map<String, Object> describe(EngineStatus.Savepoints savepoints) {
    Map<String, Object> details = new LinkedHashMap<>();
    EngineStatus.CompleteSavepoint newest = savepoints.newest();
    if (newest != null) {
      details.put("newest", newest.number());
      details.put("created", newest.created());
    }
    EngineStatus.FailedSavepoint failure = savepoints.failure();
    if (failure != null) {
      details.put("failed", failure.number());
      details.put("failedAt", failure.when());
      details.put("failure", failure.why());
    }
    return details;
  }

  /** Somebody should look at it, but a restart would not help, and all else goes on. */
  private static Map<String, Object> describe(EngineStatus.UnreadableState unreadable) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("count", unreadable.count());
    Map<String, Long> functions = new TreeMap<>();
    unreadable.counts().forEach((function, count) -> functions.put(function.toString(), count));
    details.put("functions", functions);
    details.put("since", unreadable.first());
    details.put("latest", unreadable.latest());
    details.put("latestAddress", unreadable.address().toString());
    details.put("latestCause", unreadable.cause());
    return details;
  }

  private static boolean isLasting(Map<String, Integer> failures) {
    return failures.values().stream().anyMatch(inARow -> inARow >= FAILURES_IN_A_ROW);
  }

  private static Map<String, Integer> named(Map<TypeName, Integer> failures) {
    Map<String, Integer> named = new LinkedHashMap<>();
    failures.forEach((name, inARow) -> named.put(name.toString(), inARow));
    return named;
  }
}
