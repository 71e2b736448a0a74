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
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has savepoints taken, one after the other, while the node has partition 0: asks its own node for
 * one, whose markers make all others take it, and waits in the store for the parts. If they do not
 * come, as when a partition moved meanwhile, it gives the savepoint up and begins another one.
 *
 * <p>Requests may come from any thread; one thread takes the steps.
 */
final class SavepointCoordinator {

  private static final Logger LOG = LoggerFactory.getLogger(SavepointCoordinator.class);

  private static final int MAX_REQUESTS = 16;
  private static final int ATTEMPTS = 3;
  private static final long LOOK_MILLIS = 200;

  /** How long nothing may come before it is given up. */
  private static final long PATIENCE_MILLIS = 60_000;

  private final NodeServices node;
  private final String application;
  private final PartitionOwners owners;
  private final Barrier barrier;
  private final SavepointStore store;
  private final FaultPoint.Listener faults;
  private final Queue<String> requests = new LinkedBlockingQueue<>(MAX_REQUESTS);
  private @Nullable Attempt active;

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
      return false;
    }
    if (!coordinates) {
      store.newest().ifPresent(node.savepoints()::found);
      coordinates = true;
      return true;
    }
    if (running != null) {
      return look(running);
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
    return running == null ? Long.MAX_VALUE : running.lookAt;
  }

  private void begin(String request, int count) throws IOException {
    long number = Math.max(barrier.newestSavepoint(), store.newestNumber()) + 1;
    store.collect(number);
    active = new Attempt(number, request, count, node.clock().millis());
    barrier.requestSavepoint(number);
  }

  private boolean look(Attempt attempt) throws IOException {
    long now = node.clock().millis();
    if (now < attempt.lookAt) {
      return false;
    }
    attempt.lookAt = now + LOOK_MILLIS;
    Map<Integer, Savepoint.Part> parts = store.parts(attempt.number);
    if (parts.size() == node.partitions()) {
      complete(attempt, parts);
    } else if (hasLostParts(attempt) || attempt.isStuck(store.objects(attempt.number), now)) {
      giveUp(attempt, parts);
    }
    return true;
  }

  /** Whether partitions came to this node or left it, and not all parts were there before. */
  private boolean hasLostParts(Attempt attempt) {
    if (barrier.newestSavepoint() < attempt.number) {
      return false;
    }
    Routes now = owners.routes();
    if (attempt.routes == null) {
      attempt.routes = now;
    }
    return attempt.routes != now;
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
      LOG.warn("Savepoint {} was given up by another process", attempt.number);
      node.savepoints()
          .failed(attempt.number, node.clock().instant(), "another process has given it up");
    }
  }

  /** To the millisecond, as it is stored. */
  private Instant createdAt() {
    return Instant.ofEpochMilli(node.clock().millis());
  }

  private void giveUp(Attempt attempt, Map<Integer, Savepoint.Part> parts) throws IOException {
    if (!store.giveUp(attempt.number)) {
      active = null;
      return;
    }
    String why =
        parts.size()
            + " of "
            + node.partitions()
            + " partitions have their parts there, and partitions have moved, or no more came for "
            + PATIENCE_MILLIS / 1_000
            + " s. Those that move meanwhile have none.";
    node.savepoints().failed(attempt.number, node.clock().instant(), why);
    LOG.warn(
        "Savepoint {} is given up at attempt {} of {}: {}",
        attempt.number,
        attempt.count,
        ATTEMPTS,
        why);
    active = null;
    if (attempt.count < ATTEMPTS) {
      begin(attempt.request, attempt.count + 1);
    }
  }

  /** A savepoint that is not complete yet. */
  private static final class Attempt {

    private final long number;
    private final String request;
    private final int count;
    private final long begun;
    private long lookAt;
    private int objects;
    private long changedAt;

    /** Those of this node when it had ended the epoch. */
    private @Nullable Routes routes;

    Attempt(long number, String request, int count, long now) {
      this.number = number;
      this.request = request;
      this.count = count;
      this.begun = now;
      this.lookAt = now;
      this.changedAt = now;
    }

    boolean isStuck(int objectsNow, long now) {
      if (objectsNow != objects) {
        objects = objectsNow;
        changedAt = now;
      }
      return now - changedAt > PATIENCE_MILLIS;
    }
  }
}
