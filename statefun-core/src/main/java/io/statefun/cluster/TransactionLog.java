/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import io.statefun.io.RefusedRecordsException;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The port to a log with transactions, as Kafka is: one transaction holds what leaves with an
 * epoch, how far the log was read, and the reference to the epoch object. Used by one thread.
 */
public interface TransactionLog extends CommittedEpochs {

  /**
   * The references that were committed last, when no transaction is open that could change them.
   * Waits for the end of such a one.
   *
   * <p>May be called by another thread than the other methods.
   *
   * @return by partition the reference; none for those of which none was ever committed
   * @throws IOException if they cannot be told at the moment
   */
  Map<Integer, String> references(Set<Integer> partitions) throws IOException;

  /**
   * Positions in the inboxes of partitions, behind every message whose transaction was committed
   * before the call. May be called by another thread than the other methods.
   *
   * @throws IOException if they cannot be told at the moment
   */
  Map<Integer, Long> inboxEnds(Set<Integer> partitions) throws IOException;

  /** How many bytes a message of {@link EpochOutput#messages} may have at most. Never changes. */
  int largestMessage();

  /**
   * Begins a transaction: what the epoch does is sent, and nothing of it is true yet. Need not wait
   * for answers, so that the caller can make the epoch object durable meanwhile; what goes wrong is
   * told by {@link #commit} or {@link #abort}, one of which follows.
   *
   * @param references become what {@link #references} returns, by partition
   * @throws io.statefun.snapshot.FencedException if this node owns the partitions no longer
   * @throws IOException as {@link #commit} does
   */
  void begin(Map<Integer, String> references, EpochOutput output) throws IOException;

  /**
   * Commits the transaction that has begun. When the method returns, it is committed.
   *
   * @throws AbortedException if it is certain that it is not committed, now or later
   * @throws RefusedRecordsException if that is certain, and will be again
   * @throws io.statefun.snapshot.FencedException if this node owns the partitions no longer
   * @throws IOException if it is not known whether it is or will be committed; then {@link #reset}
   *     before anything else
   */
  void commit() throws IOException, RefusedRecordsException;

  /**
   * Gives up the transaction that has begun. When the method returns, it is certain that it is not
   * committed, now or later.
   *
   * @throws IOException if that is not certain; then {@link #reset} before anything else
   */
  void abort() throws IOException;

  /**
   * Makes sure that of the transactions so far each is committed or will never be.
   *
   * @throws IOException if that is not certain; to be called again
   */
  void reset() throws IOException;

  /** A transaction is not committed, for a reason that passes. */
  final class AbortedException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * @param message why
     * @param cause the cause, if there is one
     */
    public AbortedException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
