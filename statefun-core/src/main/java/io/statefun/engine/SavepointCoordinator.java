/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.FaultPoint;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has savepoints taken, one after the other, while the node has partition 0: asks its own node for
 * one, whose markers make all others take it, and waits in the store for the parts. If they do not
 * come, or another process says that one will not, as when a partition moved meanwhile, the
 * savepoint is given up and another one begun.
 *
 * <p>Requests may come from any thread; one thread takes the steps.
 */
final class SavepointCoordinator {

  private static final Logger LOG = LoggerFactory.getLogger(SavepointCoordinator.class);

  private static final int MAX_REQUESTS = 16;
  private static final int ATTEMPTS = 3;

  /** Partitions that move have time to settle before the next attempt. */
  private static final long PAUSE_MILLIS = 5_000;

  /** How soon to look first; each time it is twice as long, as each look lists the store. */
  private static final long FIRST_LOOK_MILLIS = 200;

  private static final long LONGEST_LOOK_MILLIS = 2_000;

  private final NodeServices node;
  private final String application;
  private final PartitionOwners owners;
  private final Barrier barrier;
  private final SavepointStore store;
  private final FaultPoint.Listener faults;
  private final Queue<String> requests = new LinkedBlockingQueue<>(MAX_REQUESTS);
  private @Nullable Attempt active;
  private @Nullable Retry retry;

  /** Whether it was the coordinator's node at the last step. */
  private boolean coordinates;

  SavepointCoordinator(
      NodeServices node,
      String application,
      PartitionOwners owners,
      Barrier barrier,
      SavepointStore store,
      FaultPoint.Listener faults) {
    this.node = node;
    this.application = application;
    this.owners = owners;
    this.barrier = barrier;
    this.store = store;
    this.faults = faults;
  }

  /**
   * Asks for a savepoint. Nothing happens if the same request waits, or too many do.
   *
   * @param name of the request
   */
  void request(String name) {
    if (!requests.contains(name) && !requests.offer(name)) {
      LOG.warn("Savepoint request {} is dropped: {} wait already", name, MAX_REQUESTS);
    }
  }

  /** Goes on. */
  boolean step() throws IOException {
    Attempt running = active;
    if (!owners.routes().has(0)) {
      if (coordinates) {
        node.savepoints().left();
      }
      coordinates = false;
      active = null;
      retry = null;
      return false;
    }
    if (!coordinates) {
      // Whoever coordinated before does so no longer.
      store.collect(store.newestNumber() + 1);
      store.newest().ifPresent(node.savepoints()::found);
      coordinates = true;
      return true;
    }
    if (running != null) {
      return look(running);
    }
    Retry again = retry;
    if (again != null) {
      if (node.clock().millis() < again.notBefore) {
        return false;
      }
      begin(again.request, again.count);
      retry = null;
      return true;
    }
    String next = requests.peek();
    if (next == null) {
      return false;
    }
    begin(next, 1);
    requests.remove();
    return true;
  }

  /** When there is something to do again if nobody wakes it, in milliseconds. */
  long nextWakeUp() {
    Attempt running = active;
    if (running != null) {
      return running.lookAt;
    }
    Retry again = retry;
    return again == null ? Long.MAX_VALUE : again.notBefore;
  }

  private void begin(String request, int count) throws IOException {
    long number = Math.max(barrier.newestSavepoint(), store.newestNumber()) + 1;
    while (!store.begin(number)) {
      number++;
    }
    store.collect(number);
    active = new Attempt(number, request, count, node.clock().millis());
    barrier.requestSavepoint(number);
  }

  private boolean look(Attempt attempt) throws IOException {
    long now = node.clock().millis();
    if (now < attempt.lookAt) {
      return false;
    }
    attempt.postpone(now);
    Optional<String> elsewhere = store.whyGivenUp(attempt.number);
    if (elsewhere.isPresent()) {
      failed(attempt, elsewhere.get());
      return true;
    }
    Map<Integer, Savepoint.Part> parts = store.parts(attempt.number);
    if (parts.size() == node.partitions()) {
      complete(attempt, parts);
    } else if (isStuck(attempt, parts.size(), now)) {
      giveUp(attempt, parts);
    }
    return true;
  }

  private boolean isStuck(Attempt attempt, int parts, long now) throws IOException {
    // Listing all is not cheap, so that it is done twice at most while no parts come.
    return attempt.hasRested(parts, now, node.savepointPatience().toMillis() / 2)
        && !attempt.hasGrown(store.objects(attempt.number), now);
  }

  private void complete(Attempt attempt, Map<Integer, Savepoint.Part> parts) throws IOException {
    Savepoint savepoint =
        new Savepoint(
            attempt.number,
            application,
            attempt.request,
            Instant.ofEpochMilli(attempt.begun),
            createdAt(),
            List.copyOf(parts.values()));
    faults.reached(FaultPoint.BEFORE_SAVEPOINT_MANIFEST);
    boolean complete = store.complete(savepoint);
    active = null;
    faults.reached(FaultPoint.AFTER_SAVEPOINT_MANIFEST);
    if (complete) {
      node.savepoints().completed(savepoint);
      LOG.info("Savepoint {} is complete: {} bytes", attempt.number, savepoint.bytes());
    } else {
      failed(attempt, store.whyGivenUp(attempt.number).orElse("it is gone"));
    }
  }

  /** To the millisecond, as it is stored. */
  private Instant createdAt() {
    return Instant.ofEpochMilli(node.clock().millis());
  }

  private void giveUp(Attempt attempt, Map<Integer, Savepoint.Part> parts) throws IOException {
    String why =
        "nothing of it came for "
            + node.savepointPatience().toSeconds()
            + " s, when "
            + parts.size()
            + " of "
            + node.partitions()
            + " partitions had their parts there";
    if (store.giveUp(attempt.number, why)) {
      failed(attempt, why);
    } else {
      active = null;
    }
  }

  private void failed(Attempt attempt, String why) {
    node.savepoints().failed(attempt.number, node.clock().instant(), why);
    LOG.warn(
        "Savepoint {} is given up at attempt {} of {}: {}",
        attempt.number,
        attempt.count,
        ATTEMPTS,
        why);
    active = null;
    if (attempt.count < ATTEMPTS) {
      retry = new Retry(attempt.request, attempt.count + 1, node.clock().millis() + PAUSE_MILLIS);
    }
  }

  /** Another attempt at a savepoint that was given up. */
  private record Retry(String request, int count, long notBefore) {}

  /** A savepoint that is not complete yet. */
  private static final class Attempt {

    private final long number;
    private final String request;
    private final int count;
    private final long begun;
    private long pause = FIRST_LOOK_MILLIS;
    private long lookAt;
    private int parts;
    private int objects;
    private long changedAt;

    Attempt(long number, String request, int count, long now) {
      this.number = number;
      this.request = request;
      this.count = count;
      this.begun = now;
      this.lookAt = now;
      this.changedAt = now;
    }

    void postpone(long now) {
      lookAt = now + pause;
      pause = Math.min(LONGEST_LOOK_MILLIS, 2 * pause);
    }

    /** Whether there are no more parts than so long ago. */
    boolean hasRested(int partsNow, long now, long patience) {
      if (partsNow != parts || now < changedAt) {
        parts = partsNow;
        changedAt = now;
      }
      return now - changedAt > patience;
    }

    /** Whether there are more objects than when that was last asked; then it rests from now on. */
    boolean hasGrown(int objectsNow, long now) {
      boolean grown = objectsNow != objects;
      objects = objectsNow;
      changedAt = now;
      return grown;
    }
  }
}
