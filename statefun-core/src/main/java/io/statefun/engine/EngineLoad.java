/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.time.Duration;

/**
 * How much an engine has to do at a moment, as its workers said a tenth of a second ago or later,
 * and how they have spent their time since the process started.
 *
 * @param waitingMessages how many messages wait in mailboxes, or from outside to get into one
 * @param blockedInstances how many instances' messages wait because one has failed, or because
 *     their function has stopped
 * @param operations how many asynchronous operations are under way
 * @param calls how many calls of functions elsewhere are
 * @param timersBehind for how long the first timer that has not fired has been due
 * @param workers how many workers there are
 * @param busy for how long they had something to do, all together
 * @param limited for how long they handled nothing, as an epoch was full, or memory, or receivers
 *     have not acknowledged enough
 * @param crowded for how long they took nothing from ingresses, as enough waited in mailboxes
 * @param heldUp for how long some ingress was not read, as too much waited for functions elsewhere
 */
public record EngineLoad(
    long waitingMessages,
    long blockedInstances,
    long operations,
    long calls,
    Duration timersBehind,
    int workers,
    Duration busy,
    Duration limited,
    Duration crowded,
    Duration heldUp) {

  /** The load of workers, perhaps none. */
  static EngineLoad of(Iterable<Worker> workers, WorkerTimes times, long now) {
    long messages = 0;
    long blocked = 0;
    long operations = 0;
    long calls = 0;
    long nextDue = Long.MAX_VALUE;
    int count = 0;
    for (Worker worker : workers) {
      WorkerMeter.Published load = worker.load();
      messages += worker.waitingMessages();
      blocked += load.blocked();
      operations += load.operations();
      calls += load.calls();
      nextDue = Math.min(nextDue, load.nextDue());
      count++;
    }
    return new EngineLoad(
        messages,
        blocked,
        operations,
        calls,
        Duration.ofMillis(nextDue > now ? 0 : now - nextDue),
        count,
        Duration.ofMillis(times.busy.sum()),
        Duration.ofMillis(times.limited.sum()),
        Duration.ofMillis(times.crowded.sum()),
        Duration.ofMillis(times.heldUp.sum()));
  }
}
