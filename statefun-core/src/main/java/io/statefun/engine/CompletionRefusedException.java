/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

/** An awakeable was not completed, and nothing was delivered. */
public final class CompletionRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why an awakeable was not completed. The order is part of what is sent. */
  public enum Reason {
    /** There is none of that token, or it was forgotten. */
    UNKNOWN("There is no such awakeable, or what became of it is forgotten"),
    /** It was completed before, with another message. */
    COMPLETED("It was completed already, with another message"),
    /** It has timed out, or its owner has withdrawn it. */
    OVER("It is too late: the time is over, or nobody waits any more"),
    /** It cannot be completed with a message of that type. It still waits. */
    WRONG_TYPE("It is not to be completed with a message of that type");

    private final String text;

    Reason(String text) {
      this.text = text;
    }
  }

  private final Reason reason;

  CompletionRefusedException(Reason reason) {
    super(reason.text);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
