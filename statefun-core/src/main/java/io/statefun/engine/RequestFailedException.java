/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

/** A request was not done, and it says why. Nothing of it will be done later. */
public final class RequestFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why a request was not done. The order is part of what is stored and sent. */
  public enum Reason {
    /** The function could not handle the message, which is among the dead letters. */
    DEAD_LETTER,
    /** What it asks for is not there. */
    NOT_FOUND,
    /** The key was used for another message. */
    KEY_REUSED,
    /** It does not make sense. */
    INVALID,
    /** It cannot be done at the moment, and may be asked for again. */
    UNAVAILABLE,
    /** The function could not answer, and has changed nothing. */
    FAILED
  }

  private final Reason reason;

  RequestFailedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  RequestFailedException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
