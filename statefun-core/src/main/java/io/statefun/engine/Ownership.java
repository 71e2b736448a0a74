/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.MessageLog;
import io.statefun.io.Ingress;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins and ends the turns of a process that takes part in a message log: a turn lasts as long as
 * the process owns partitions, which come and leave meanwhile. A thread of its own does it, one
 * thing after the other, since to bring back a state takes longer than the log may be held up.
 */
final class Ownership implements MessageLog.Listener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);

  private static final long JOIN_MILLIS = 10_000;
  private static final int ATTEMPTS_AT_START = 3;
  private static final long FIRST_PAUSE = 100;
  private static final long LONGEST_PAUSE = 5_000;
  private static final long MERGE_MILLIS = 100;

  private final MessageLog log;
  private final Turns turns;
  private final Standby standby;
  private final Executor fetchers;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<Void> settled = new CompletableFuture<>();
  private final Thread thread = new Thread(this::loop, "statefun-ownership");

  /** How often turns have begun or ended; written by the thread of the log. */
  private volatile int changes;

  /** Whether a turn lasts; seen by the thread of the log alone. */
  private boolean owns;

  /** The partitions that the process owns and has not got yet; seen by the thread alone. */
  private final Set<Integer> coming = new TreeSet<>();

  /** When the first of them were assigned. */
  private long comingSince;

  /** Those whose state was fetched as far as it could be. */
  private final Set<Integer> fetched = new TreeSet<>();

  /** The turn that could not begin, and will be tried again; seen by the thread alone. */
  private @Nullable Event again;

  private int attempts;

  /** Whether partitions have come that are not at one with the others yet; seen by the thread. */
  private boolean apart;

  /** The turn in which they have; another one may have begun that the thread has not heard of. */
  private int turnOfNode;

  private volatile boolean closed;

  /**
   * @param fetchers fetch the state of partitions before they come, several at a time if they let
   *     it
   */
  Ownership(MessageLog log, Turns turns, Standby standby, Executor fetchers) {
    this.log = log;
    this.turns = turns;
    this.standby = standby;
    this.fetchers = fetchers;
  }

  /**
   * Begins to take part, and waits until the first turn has begun or another process has one.
   *
   * @throws IOException if the process can take no part, or its first turn could not begin
   */
  void join(int partitions) throws IOException {
    thread.start();
    log.join(partitions, this);
    try {
      settled.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException known) {
        throw known;
      }
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IOException(e.getCause());
    }
  }

  // Told by others

  @Override
  public void gained(MessageLog.Turn of, Set<Integer> partitions) {
    if (!owns) {
      owns = true;
      changes = changes + 1;
    }
    int turn = changes;
    events.add(
        () -> {
          if (turn == changes) {
            comingSince = coming.isEmpty() ? System.nanoTime() : comingSince;
            coming.addAll(partitions);
            standby.expect(partitions);
            fetch(turn, of, partitions);
          }
        });
  }

  /** Has the state fetched first, during which all of them may leave, and others. */
  private void fetch(int turn, MessageLog.Turn of, Set<Integer> partitions) {
    var unused =
        standby
            .fetch(partitions, fetchers)
            .thenRun(
                () ->
                    events.add(
                        () -> {
                          fetched.addAll(partitions);
                          fetched.retainAll(coming);
                          gain(turn, of);
                        }));
  }

  @Override
  public CompletableFuture<Void> leaving(Set<Integer> partitions) {
    int turn = changes;
    CompletableFuture<Void> left = new CompletableFuture<>();
    long asked = System.nanoTime();
    events.add(() -> leave(turn, partitions, asked, left));
    return left;
  }

  @Override
  public void lost(String why) {
    owns = false;
    changes = changes + 1;
    events.add(
        () -> {
          coming.clear();
          fetched.clear();
          end(new IllegalStateException(why));
        });
  }

  private void end(Throwable why) {
    apart = false;
    turns.end(why);
    standby.giveBackAll();
  }

  @Override
  public void standsBy() {
    events.add(() -> settled.complete(null));
  }

  @Override
  public void standby(Set<Integer> partitions, Set<Integer> warmUps) {
    standby.keep(partitions, warmUps);
  }

  @Override
  public Map<Integer, MessageLog.Copy> copies() {
    return standby.copies();
  }

  @Override
  public void failed(Throwable cause) {
    events.add(() -> fail(cause));
  }

  /** Tells the turn of this moment from those before and after. */
  int turn() {
    return changes;
  }

  /**
   * A commit has failed since another process goes on, which the log has not told yet. If it has,
   * the turn is over, and the next one may have begun.
   */
  void fenced(int turn, Throwable cause) {
    events.add(
        () -> {
          if (turn == changes) {
            end(cause);
            log.rejoin();
          }
        });
  }

  /** Lets another process have the partitions, for good. */
  void resign() {
    events.add(log::close);
  }

  /** A split has appeared. */
  void appeared(Ingress ingress, Ingress.Split split) {
    events.add(() -> turns.appeared(ingress, split));
  }

  // The thread

  private void loop() {
    try {
      while (!closed) {
        happen(next());
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** What others have told; null if nothing, and it is time to try again what is to be tried. */
  private @Nullable Event next() throws InterruptedException {
    if (again == null && !apart) {
      return events.take();
    }
    return events.poll(again == null ? MERGE_MILLIS : pause(), TimeUnit.MILLISECONDS);
  }

  /** Does what the thread would do next, without waiting. Called in place of the thread. */
  void step() {
    happen(events.poll());
  }

  /** Whether there is nothing to do until somebody tells something. */
  boolean isIdle() {
    return events.isEmpty() && coming.isEmpty() && again == null && !apart;
  }

  private void happen(@Nullable Event told) {
    Event waiting = again;
    if (told != null) {
      told.happen();
    } else if (waiting != null) {
      again = null;
      waiting.happen();
    } else if (apart) {
      merge();
    }
  }

  private long pause() {
    return Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(attempts - 1, 20));
  }

  private void gain(int turn, MessageLog.Turn of) {
    if (turn != changes || fetched.isEmpty()) {
      return;
    }
    standby.take(fetched);
    try {
      turns.gain(of, Set.copyOf(fetched), () -> turn == changes);
      long nanos = System.nanoTime() - comingSince;
      LOG.info(
          "Partitions {} are here, {} ms after they were assigned",
          fetched,
          TimeUnit.NANOSECONDS.toMillis(nanos));
      turns.gained(fetched.size(), nanos);
      standby.arrived(fetched);
      coming.removeAll(fetched);
      fetched.clear();
      again = null;
      attempts = 0;
      apart = true;
      turnOfNode = turn;
      settled.complete(null);
    } catch (IOException e) {
      if (turn != changes) {
        LOG.info("The partitions were lost before the state was brought back: {}", e.toString());
      } else if (settled.isDone() || attempts + 1 < ATTEMPTS_AT_START) {
        tryAgain(turn, of, e);
      } else {
        fail(e);
      }
    } catch (RuntimeException | Error e) {
      if (turn == changes) {
        fail(e);
      }
    }
  }

  /**
   * A process that has taken part before does not end since a store or the log is away. One that
   * starts may be unlucky too: who was taken for dead a moment ago deletes what nobody needs while
   * this one reads it.
   */
  private void tryAgain(int turn, MessageLog.Turn of, IOException failure) {
    attempts++;
    again = () -> gain(turn, of);
    turns.delayed(failure);
    LOG.warn(
        "The state cannot be brought back after {} attempts, and nothing is lost; next one in {}"
            + " ms: {}",
        attempts,
        pause(),
        failure.toString());
  }

  private void merge() {
    int turn = turnOfNode;
    try {
      apart = turn == changes && turns.merge(() -> turn == changes);
    } catch (IOException e) {
      LOG.debug("Whether partitions can be merged is not known at the moment", e);
    } catch (RuntimeException | Error e) {
      apart = false;
      if (turn == changes) {
        fail(e);
      }
    }
  }

  private void leave(int turn, Set<Integer> partitions, long asked, CompletableFuture<Void> left) {
    Set<Integer> had = new TreeSet<>(partitions);
    had.removeAll(coming);
    coming.removeAll(partitions);
    fetched.removeAll(partitions);
    try {
      if (turn == changes && !had.isEmpty()) {
        turns.leave(had, () -> turn == changes);
        turns.left(had.size(), System.nanoTime() - asked);
      }
      standby.giveBack(partitions);
      left.complete(null);
    } catch (RuntimeException | IOException e) {
      left.completeExceptionally(e);
    }
  }

  private void fail(Throwable cause) {
    if (!settled.completeExceptionally(cause)) {
      turns.failed(cause);
    }
  }

  @Override
  public void close() {
    closed = true;
    events.add(() -> {});
    log.close();
    settled.completeExceptionally(new IllegalStateException("The engine was stopped"));
    try {
      if (thread != Thread.currentThread()) {
        thread.join(JOIN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private interface Event {

    void happen();
  }

  /** Runs the functions during a turn. Called by the thread of the ownership. */
  interface Turns {

    /**
     * Begins a turn, or has more partitions come to the one that goes on.
     *
     * @param lasts whether it does
     */
    void gain(MessageLog.Turn turn, Set<Integer> partitions, BooleanSupplier lasts)
        throws IOException;

    /**
     * Commits what was done with partitions, and has them no longer.
     *
     * @param lasts whether the turn goes on
     */
    void leave(Set<Integer> partitions, BooleanSupplier lasts) throws IOException;

    /**
     * Has partitions that came at different times hand over messages to each other directly, as far
     * as that holds up nobody.
     *
     * @param lasts whether the turn goes on
     * @return whether there are others, so that it is to be tried again soon
     */
    boolean merge(BooleanSupplier lasts) throws IOException;

    /** So many partitions have come, so long after they were assigned. */
    default void gained(int partitions, long nanos) {}

    /** So many partitions have left, so long after they were asked for. */
    default void left(int partitions, long nanos) {}

    /** Partitions could not come, which will be tried again. */
    void delayed(Throwable why);

    /** Ends the turn, if there is one: what is not committed is dropped. */
    void end(Throwable why);

    /** A split has appeared, of which the turn may know already. */
    void appeared(Ingress ingress, Ingress.Split split);

    /** No turn will begin any more. */
    void failed(Throwable cause);
  }
}
