/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

/**
 * The places where a crash, a torn write, a lost answer or a late one may strike. The simulation
 * strikes each; in production nothing listens.
 */
public enum FaultPoint {
  /** All workers have cut; nothing of the epoch is written. */
  EPOCH_CUT,
  /** The epoch object is about to be created. */
  BEFORE_COMMIT,
  /** The transaction that makes the epoch true has begun; nobody has asked to commit it. */
  TRANSACTION_BEGUN,
  /** The epoch object is durable; the transaction that makes it true is not committed. */
  OBJECT_DURABLE,
  /** The epoch is committed; nobody was told. */
  AFTER_COMMIT,
  /** Those who wait for the epoch were told. */
  AFTER_NOTIFY,
  /** Committed changes are about to be written to a partition's backend. */
  BEFORE_APPLY,
  /** They were written. */
  AFTER_APPLY,
  /** Records are about to be given to an egress. */
  BEFORE_DELIVER,
  /** An egress has acknowledged records; that is not stored yet. */
  AFTER_DELIVER,
  /** Records are about to be put aside into the state, since they wait for too long. */
  BEFORE_PUT_ASIDE,
  /** Records that were put aside are read back, to be delivered. */
  AFTER_READ_BACK,
  /** The files of a base snapshot are written, its manifest is not. */
  BEFORE_BASE_MANIFEST,
  /** A base snapshot is complete; what it replaces is still there. */
  AFTER_BASE_MANIFEST,
  /** Some of the objects that a base snapshot replaces are deleted. */
  DURING_COLLECTION,
  /** All of a partition's part in a savepoint is there but what says so. */
  BEFORE_SAVEPOINT_PART,
  /** A partition's part in a savepoint is there. */
  AFTER_SAVEPOINT_PART,
  /** All parts of a savepoint are there, its manifest is not. */
  BEFORE_SAVEPOINT_MANIFEST,
  /** A savepoint is complete, or was given up by another node. */
  AFTER_SAVEPOINT_MANIFEST,
  /** A node has read its state and is about to take over. */
  BEFORE_TAKEOVER;

  /** Is told when a fault point is reached, by the thread that reaches it. */
  @FunctionalInterface
  public interface Listener {

    /** Listens to nothing. */
    Listener NONE = point -> {};

    /** A fault point is reached. May throw, as a crash would. */
    void reached(FaultPoint point);
  }
}
