/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.savepoint;

import io.statefun.engine.StateFunEngine;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.support.CronExpression;

/**
 * Has savepoints taken when they are due, by the one process that has partition 0, and deletes the
 * oldest of them.
 */
final class SavepointSchedule implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(SavepointSchedule.class);

  private final StateFunEngine engine;
  private final SavepointStore store;
  private final CronExpression schedule;
  private final int retained;
  private final Clock clock;
  private @Nullable ScheduledExecutorService executor;

  SavepointSchedule(
      StateFunEngine engine,
      SavepointStore store,
      CronExpression schedule,
      int retained,
      Clock clock) {
    this.engine = engine;
    this.store = store;
    this.schedule = schedule;
    this.retained = retained;
    this.clock = clock;
  }

  @Override
  public synchronized void start() {
    ScheduledExecutorService started =
        Executors.newSingleThreadScheduledExecutor(SavepointSchedule::newThread);
    executor = started;
    await(started);
  }

  private static Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "statefun-savepoint-schedule");
    thread.setDaemon(true);
    return thread;
  }

  private void await(ScheduledExecutorService on) {
    ZonedDateTime now = ZonedDateTime.now(clock);
    ZonedDateTime next = schedule.next(now);
    if (next != null) {
      var unused =
          on.schedule(
              () -> {
                due();
                await(on);
              },
              Duration.between(now, next).toMillis(),
              TimeUnit.MILLISECONDS);
    }
  }

  private void due() {
    try {
      if (engine.dueSavepoint()) {
        deleteOldest();
      }
    } catch (IOException | RuntimeException e) {
      log.warn("The scheduled savepoint, or the deletion of old ones, failed", e);
    }
  }

  /** Deletes all but so many; the one that is being taken may come on top until the next time. */
  private void deleteOldest() throws IOException {
    List<Savepoint> scheduled =
        store.list().stream()
            .filter(savepoint -> savepoint.request().equals(Savepoint.SCHEDULED))
            .toList();
    for (Savepoint old : scheduled.subList(0, Math.max(0, scheduled.size() - retained))) {
      if (store.delete(old.number())) {
        log.info("Deleted savepoint {} of {}", old.number(), old.created());
      }
    }
  }

  @Override
  public synchronized void stop() {
    if (executor != null) {
      executor.shutdownNow();
      executor = null;
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return executor != null;
  }
}
