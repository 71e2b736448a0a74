/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing;

import io.statefun.sample.billing.changes.ChangeEventFileIngress;
import io.statefun.sample.billing.provider.PaymentProvider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * What happens by the clock outside the functions. In the default phase it starts after the engine
 * and stops before it, so nothing here ever asks an engine that does not run.
 */
@Component
class Housekeeping implements SmartLifecycle {

  /** The exit status of a process that halted itself, which the supervisor knows. */
  static final int CRASH_STATUS = 99;

  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
  private static final long ANSWER_MS = 20;
  private static final long GROWTH_MS = 200;

  private final BillingProperties properties;
  private final BillingThreads threads;
  private final ObjectProvider<PaymentProvider> provider;
  private final ObjectProvider<ChangeEventFileIngress> changes;
  private final ProgressLog progress;
  private final List<Future<?>> tasks = new CopyOnWriteArrayList<>();
  private volatile boolean running;

  Housekeeping(
      BillingProperties properties,
      BillingThreads threads,
      ObjectProvider<PaymentProvider> provider,
      ObjectProvider<ChangeEventFileIngress> changes,
      ProgressLog progress) {
    this.properties = properties;
    this.threads = threads;
    this.provider = provider;
    this.changes = changes;
    this.progress = progress;
  }

  @Override
  public void start() {
    running = true;
    provider.ifAvailable(own -> every(ANSWER_MS, threads.provider(), own::answer));
    ScheduledExecutorService timer = threads.housekeeping();
    changes.ifAvailable(ingress -> every(GROWTH_MS, timer, ingress::checkForGrowth));
    every(properties.progressInterval().toMillis(), timer, progress::log);
    Duration life = properties.crashEvery();
    if (life != null) {
      long average = life.toMillis();
      long lifeMs = ThreadLocalRandom.current().nextLong(average / 2, average * 3 / 2);
      timer.schedule(Housekeeping::crash, lifeMs, TimeUnit.MILLISECONDS);
    }
  }

  private void every(long ms, ScheduledExecutorService timer, Runnable task) {
    tasks.add(timer.scheduleWithFixedDelay(() -> runSafely(task), ms, ms, TimeUnit.MILLISECONDS));
  }

  private static void runSafely(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      log.error("A periodic task failed; it goes on with the next round", e);
    }
  }

  @Override
  public void stop() {
    running = false;
    tasks.forEach(task -> task.cancel(false));
    tasks.clear();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  private static void crash() {
    Runtime.getRuntime().halt(CRASH_STATUS);
  }
}
