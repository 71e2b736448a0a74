/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.io.Ingress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node with a thread for each of its actors. */
final class RunningNode {

  private static final Logger LOG = LoggerFactory.getLogger(RunningNode.class);

  private static final long JOIN_MILLIS = 10_000;
  private static final long WAIT_MILLIS = 100;

  private final Node node;
  private final LongSupplier clock;
  private final Executor callbacks;
  private final EngineListener listener;
  private final Consumer<Throwable> onFailure;
  private final List<ActorThread> threads = new ArrayList<>();
  private final List<ActorThread> workers = new ArrayList<>();
  private final @Nullable ActorThread committer;
  private final @Nullable ActorThread applier;
  private final @Nullable ActorThread bases;
  private final @Nullable ActorThread savepoints;
  private final @Nullable ActorThread dispatchers;

  /**
   * Brings back what was committed. No thread runs yet.
   *
   * @param setup makes the setup of the node, which tells the listener when an actor is to be woken
   * @param onFailure is told when a thread has ended by itself, by that thread
   */
  RunningNode(
      Setups setup,
      LongSupplier clock,
      Executor callbacks,
      EngineListener listener,
      Consumer<Throwable> onFailure)
      throws IOException {
    this.clock = clock;
    this.callbacks = callbacks;
    this.listener = listener;
    this.onFailure = onFailure;
    this.node = Node.recover(setup.make(new Wakes()));
    for (Worker worker : node.workers()) {
      workers.add(thread("worker-" + workers.size(), worker::step, worker::nextWakeUp));
    }
    committer = thread("committer", node.committer()::step, node.committer()::nextWakeUp);
    applier = thread("applier", node.applier()::step, node.applier()::nextWakeUp);
    bases = thread("bases", node.bases()::step, node.bases()::nextWakeUp);
    savepoints = thread("savepoints", node.savepoints()::step, node.savepoints()::nextWakeUp);
    dispatchers = thread("egress", this::dispatch, this::nextDispatch);
  }

  private ActorThread thread(String name, BooleanSupplier step, LongSupplier nextWakeUp) {
    ActorThread thread = new ActorThread("statefun-" + name, step, nextWakeUp, clock, onFailure);
    threads.add(thread);
    return thread;
  }

  private boolean dispatch() {
    boolean any = false;
    for (EgressDispatcher dispatcher : node.dispatchers()) {
      any |= dispatcher.step();
    }
    return any;
  }

  private long nextDispatch() {
    return node.dispatchers().stream()
        .mapToLong(EgressDispatcher::nextWakeUp)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  Node node() {
    return node;
  }

  void start() {
    threads.forEach(ActorThread::start);
  }

  /** Reads a split that has appeared. */
  void read(Ingress ingress, Ingress.Split split) {
    node.readAlso(ingress, split);
  }

  /**
   * Has partitions come, and waits until the node has them.
   *
   * @param useful whether it still may
   * @throws IOException if their state cannot be brought back at the moment
   */
  void join(Set<Integer> partitions, BooleanSupplier useful) throws IOException {
    await(node.join(partitions), useful);
    settle(useful);
  }

  /**
   * Has partitions leave, and waits until what they have changed is committed.
   *
   * @param useful whether it still may
   * @throws IOException if the node ended before
   */
  void leave(Set<Integer> partitions, BooleanSupplier useful) throws IOException {
    await(node.leave(partitions), useful);
    settle(useful);
  }

  /**
   * Has partitions that are apart handed over messages directly, as far as that holds up nobody.
   *
   * @param useful whether the node still may
   * @return whether some are apart yet, so that it is to be tried again soon
   * @throws IOException if that is not known at the moment
   */
  boolean merge(BooleanSupplier useful) throws IOException {
    if (!node.isWhole()) {
      await(node.merge(), useful);
      settle(useful);
    }
    return !node.isWhole();
  }

  private void await(CompletableFuture<Void> change, BooleanSupplier useful) throws IOException {
    while (useful.getAsBoolean()) {
      try {
        change.get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        // Look whether it may go on.
      } catch (ExecutionException e) {
        if (!node.isGone()) {
          // The change may be half done, and must not be tried again.
          throw new IllegalStateException("Partitions could not come or leave", e.getCause());
        }
        throw new IOException("The node has ended: " + e.getCause(), e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("Interrupted");
      }
    }
    throw new IOException("The partitions were lost meanwhile");
  }

  private void settle(BooleanSupplier useful) {
    boolean settled = false;
    while (!settled && useful.getAsBoolean()) {
      try {
        node.settle();
        settled = true;
      } catch (IOException e) {
        LOG.warn("Partitions that have come wait with their messages to others: {}", e.toString());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS));
      }
    }
  }

  /**
   * Has nothing more be read, and waits until everything that has happened by now is committed, but
   * no longer than the node is useful. What functions go on to do among themselves need not be.
   */
  void awaitCommit(long nanos, BooleanSupplier useful) {
    long deadline = System.nanoTime() + nanos;
    node.committer().takeNoInput();
    long running = node.committer().epoch();
    while (!node.isSettled(running) && useful.getAsBoolean() && System.nanoTime() < deadline) {
      boolean unused = node.committer().hurry();
      LockSupport.parkNanos(500_000);
    }
  }

  /** Has the threads end soon. */
  void stop() {
    node.queries().close();
    threads.forEach(ActorThread::stop);
  }

  /**
   * Has the threads end, and waits until nothing of this node writes into the local state any more,
   * as another node is about to. Of other threads no one waits for long: a function may hang.
   */
  void end() {
    join();
    ActorThread writer = applier;
    try {
      while (writer != null && writer.isAlive()) {
        LOG.warn(
            "Partitions cannot come again yet, as what was committed of them before is still being"
                + " written to the local disk");
        writer.join(JOIN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has the threads end, and waits for it, but not for long. */
  void join() {
    stop();
    try {
      for (ActorThread thread : threads) {
        thread.join(JOIN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tells those who wait, after those whose epoch is committed have been told so. */
  void abandon(Throwable cause) {
    try {
      callbacks.execute(() -> node.abandon(cause));
    } catch (RejectedExecutionException alreadyTold) {
      // The engine was stopped before, and that told them.
    }
  }

  private final class Wakes implements Node.NodeListener {

    @Override
    public void wakeWorker(int worker) {
      if (worker < workers.size()) {
        workers.get(worker).wake();
      }
    }

    @Override
    public void wakeCommitter() {
      wake(committer);
    }

    @Override
    public void wakeApplier() {
      wake(applier);
    }

    @Override
    public void wakeBases() {
      wake(bases);
    }

    @Override
    public void wakeSavepoints() {
      wake(savepoints);
    }

    @Override
    public void wakeDispatchers() {
      wake(dispatchers);
    }

    // While the node is recovered there are no threads yet.
    private static void wake(@Nullable ActorThread thread) {
      if (thread != null) {
        thread.wake();
      }
    }

    @Override
    public void committed(EngineListener.Commit commit) {
      listener.committed(commit);
    }
  }

  /** Makes the setup of a node. */
  interface Setups {

    Node.Setup make(Node.NodeListener listener) throws IOException;
  }
}
