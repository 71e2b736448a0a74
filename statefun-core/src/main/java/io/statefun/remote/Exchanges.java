/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import io.statefun.remote.RemoteEndpoint.Timeouts;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges of a transport that are under way. Each of them ends when something in it takes too
 * long, and at the latest with the transport. Used by several threads.
 */
public final class Exchanges implements AutoCloseable {

  static final String CLOSED = "the transport is closed";

  private final Timeouts timeouts;
  private final int maxResponseBytes;
  private final long period;
  private final ScheduledExecutorService timer;
  private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param timeouts how long anything may take
   * @param maxResponseBytes how many bytes a response may have
   */
  public Exchanges(Timeouts timeouts, int maxResponseBytes) {
    this.timeouts = timeouts;
    this.maxResponseBytes = maxResponseBytes;
    this.period = Math.max(1, shortest(timeouts).toMillis() / 4);
    this.timer = timer();
  }

  private static Duration shortest(Timeouts timeouts) {
    return Stream.of(timeouts.call(), timeouts.connect(), timeouts.read(), timeouts.write())
        .min(Duration::compareTo)
        .orElseThrow();
  }

  private static ScheduledExecutorService timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, DaemonThreads.named("statefun-remote-timer"));
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /** Begins an exchange. It has failed already if the transport is closed. */
  public Exchange begin() {
    Exchange exchange = new Exchange(timeouts, maxResponseBytes);
    open.add(exchange);
    ScheduledFuture<?> clock = watchTime(exchange);
    exchange
        .result()
        .whenComplete(
            (response, failure) -> {
              open.remove(exchange);
              if (clock != null) {
                clock.cancel(false);
              }
            });
    if (closed) {
      exchange.end(CLOSED);
    }
    return exchange;
  }

  private @Nullable ScheduledFuture<?> watchTime(Exchange exchange) {
    try {
      return timer.scheduleWithFixedDelay(
          exchange::endIfLate, period, period, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // It was closed meanwhile, and the exchange ends as well.
      return null;
    }
  }

  /** Ends all exchanges, and those that are begun later. */
  @Override
  public void close() {
    closed = true;
    open.forEach(exchange -> exchange.end(CLOSED));
    timer.shutdownNow();
  }
}
