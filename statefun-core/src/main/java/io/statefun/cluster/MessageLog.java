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
import java.util.Set;

/**
 * The port to the log that the processes of an application share, as Kafka is: it says which of
 * them owns the partitions, has ingresses whose positions it keeps, and egresses whose records
 * leave with the commit itself.
 */
public interface MessageLog extends AutoCloseable {

  /** The ingresses; those of the log alone, whose {@link Ingress#positionsInLog} is true. */
  Collection<? extends Ingress> ingresses();

  /** The names of the egresses whose records are part of the commit. */
  Set<TypeName> egresses();

  /**
   * Begins to take part. Called once.
   *
   * @throws IOException if the log cannot be reached or used; it says what to do
   */
  void join(int partitions, Listener listener) throws IOException;

  /** The transactions of this process; of use while it owns the partitions. */
  TransactionLog transactions();

  /**
   * Gives up what this process owns, and begins to take part anew. Nothing happens if it owns
   * nothing.
   */
  void rejoin();

  /** Takes part no longer. */
  @Override
  void close();

  /** Hears what this process owns. Called by one thread of the log, which it must not hold up. */
  interface Listener {

    /** This process owns the partitions, and nobody else does. */
    void gained();

    /** It owns them no longer: what it does from now on cannot be committed. */
    void lost(String why);

    /** Another process owns them; this one gets them when that is gone. */
    void standsBy();

    /** It can take no part any more. */
    void failed(Throwable cause);
  }
}
