/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import java.util.concurrent.CompletionStage;

/**
 * The port through which the engine calls a function that runs elsewhere: it gives a batch of
 * messages for one instance and its state, and gets everything that the function did. At most one
 * call of an instance is under way. Called by several threads at once, none of which may be held
 * up.
 */
public interface RemoteFunction {

  /** The type of the function. */
  TypeName type();

  /**
   * What to do when a call fails. A batch that has failed for good is called message by message, so
   * that only messages that fail by themselves go to the dead letters.
   */
  FailurePolicy failurePolicy();

  /** How many messages a batch has at most, at least 1. */
  int maxBatchSize();

  /**
   * Whether a batch is called only when it is committed. Then it has the same id and the same
   * messages whatever crashes, and nobody is called because of something that was taken back; but
   * each call waits for a commit. Otherwise a batch that was not committed when the node crashed is
   * formed anew, and has another id.
   */
  boolean afterCommit();

  /**
   * How many bytes of messages for the function may wait on a node before the ingresses that feed
   * it are read no further.
   */
  long maxWaitingBytes();

  /**
   * Calls the function.
   *
   * @return completes with what it did; exceptionally if it failed, or what came is no reply; with
   *     an {@link UnhandledMessageException} if no attempt will help. May be cancelled when nobody
   *     waits for it any more
   */
  CompletionStage<RemoteReply> call(RemoteBatch batch);
}
