/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import io.statefun.message.Address;
import org.jspecify.annotations.Nullable;

/**
 * A request gets no reply, and nothing that a function did for it counts. The runtime that sent it
 * is to be told so, as by a status of HTTP, and may send it again.
 */
public final class RequestFailedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final transient @Nullable Address target;

  private RequestFailedException(
      Reason reason, @Nullable Address target, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.target = target;
  }

  static RequestFailedException tooLarge(int maxBytes) {
    return new RequestFailedException(
        Reason.TOO_LARGE, null, "The request has more than " + maxBytes + " bytes", null);
  }

  static RequestFailedException unreadable(String why, @Nullable Throwable cause) {
    return new RequestFailedException(
        Reason.UNREADABLE, null, "The request cannot be read: " + why, cause);
  }

  static RequestFailedException unknownFunction(String type, Iterable<?> known) {
    return new RequestFailedException(
        Reason.UNKNOWN_FUNCTION,
        null,
        "There is no function of the type '" + type + "'. Known: " + known,
        null);
  }

  static RequestFailedException failed(Address target, Throwable cause) {
    return new RequestFailedException(
        Reason.FAILED, target, "The function failed for " + target + ": " + cause, cause);
  }

  static RequestFailedException failed(Address target, String why) {
    return new RequestFailedException(
        Reason.FAILED, target, "The function cannot run for " + target + ": " + why, null);
  }

  /** Why there is no reply. */
  public Reason reason() {
    return reason;
  }

  /** The instance that the request was for, or null if it was refused before that was known. */
  public @Nullable Address target() {
    return target;
  }

  /** Why a request gets no reply. */
  public enum Reason {
    /** It has more bytes than are read. */
    TOO_LARGE,
    /** Its bytes are no request. */
    UNREADABLE,
    /** It is for a function that is not served here. */
    UNKNOWN_FUNCTION,
    /** The function threw, or its state is not of the type that it declares. */
    FAILED
  }
}
