/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import io.statefun.message.TypeName;

/** Hears how endpoints do. Called by several threads. */
public interface CallListener {

  /** Hears nothing. */
  CallListener NONE = (endpoint, function, messages, nanos, outcome) -> {};

  /**
   * An attempt to call has ended.
   *
   * @param messages how many the batch has
   * @param nanos how long it took
   */
  void ended(RemoteEndpoint endpoint, TypeName function, int messages, long nanos, Outcome outcome);

  /** How an attempt has ended. */
  enum Outcome {
    /** With a reply. */
    SUCCESS,
    /** The function has asked for states. */
    INCOMPLETE,
    /** Nothing came back, or that it cannot be done at the moment. */
    UNAVAILABLE,
    /** The function has failed, or what came back is no reply. */
    FAILED,
    /** The reply does what functions of that endpoint may not do. */
    FORBIDDEN
  }
}
