/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import io.statefun.io.Ingress;
import io.statefun.message.TypeName;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The port to the log that the processes of an application share, as Kafka is: it says which of
 * them owns which partitions, has ingresses whose positions it keeps, and egresses whose records
 * leave with the commit itself.
 */
public interface MessageLog extends CommittedEpochs, AutoCloseable {

  /**
   * The ingresses; those of the log alone, whose {@link Ingress#positionsInLog} is true. They have
   * no splits themselves, only during a {@link Turn}.
   */
  Collection<? extends Ingress> ingresses();

  /** The names of the egresses whose records are part of the commit. */
  Set<TypeName> egresses();

  /**
   * Begins to take part. Called once.
   *
   * @throws IOException if the log cannot be reached or used; it says what to do
   */
  void join(int partitions, Listener listener) throws IOException;

  /**
   * Puts a message into the inbox of a partition, outside of any epoch: that of a process that owns
   * no partition which could send it. May be called by any thread once the process takes part.
   *
   * @return completes when the log has it for good; exceptionally if it does not, or perhaps not
   */
  CompletableFuture<Void> post(int partition, byte[] message);

  /**
   * Which processes own which partitions, as the log knows it at the moment, by whatever name
   * people know a process. May be called by any thread once the process takes part.
   *
   * @return completes with nothing if the log cannot say; exceptionally if it does not answer
   */
  default CompletableFuture<Map<Integer, String>> owners() {
    return CompletableFuture.completedFuture(Map.of());
  }

  /**
   * Gives up what this process owns, and begins to take part anew. Nothing happens if it owns
   * nothing.
   */
  void rejoin();

  /**
   * Another log like this one, of the same process, which takes part for a while before this one
   * does for good, and is closed then: as to restore a savepoint.
   */
  MessageLog another();

  /** Takes part no longer. */
  @Override
  void close();

  /**
   * The time for which this process owns partitions, which come and leave meanwhile. Each turn has
   * sources of its own: what one of them has handed over, who goes on in the next turn is not to
   * miss. So nobody reads those of another turn than the one in which it got its partitions.
   */
  interface Turn {

    /** The ingresses of the log with the splits of this turn. */
    Collection<? extends Ingress> ingresses();

    /**
     * The inbox of a partition that this process has, or gets. Waits until the position is known.
     *
     * @throws IllegalStateException if the turn is over, or the partition has gone
     */
    Inbox inbox(int partition);

    /**
     * The transactions of this process; of use while the turn lasts.
     *
     * @throws IllegalStateException if it is over
     */
    TransactionLog transactions();
  }

  /** Hears what this process owns. Called by one thread of the log, which it must not hold up. */
  interface Listener {

    /**
     * This process owns more partitions, and nobody else does.
     *
     * @param turn another one than before if partitions were lost since
     */
    void gained(Turn turn, Set<Integer> partitions);

    /**
     * Some partitions are to go to another process. This one owns them still, and can commit.
     *
     * @return completes when what this process did with them is committed
     */
    CompletableFuture<Void> leaving(Set<Integer> partitions);

    /** It owns none any longer: what it does from now on cannot be committed. */
    void lost(String why);

    /** Another process owns them; this one gets them when that is gone. */
    void standsBy();

    /**
     * This process is to keep copies of these partitions, and of no others, so that it can take
     * them over soon. It may own some of them meanwhile.
     *
     * @param warmUps those of them that come to this process as soon as their copies are current
     */
    void standby(Set<Integer> partitions, Set<Integer> warmUps);

    /** What this process has of the state of partitions, owned or not. */
    Map<Integer, Copy> copies();

    /** It can take no part any more. */
    void failed(Throwable cause);
  }

  /**
   * What a process has of the state of a partition.
   *
   * @param epoch the newest epoch that it has completely; 0 if none
   * @param current whether to take the partition over would take no longer than for any copy: what
   *     it does not have yet was committed a moment ago
   */
  record Copy(long epoch, boolean current) {}
}
