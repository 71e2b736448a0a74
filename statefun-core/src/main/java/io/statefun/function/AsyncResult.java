/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.function;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How an operation that {@link Context#async} watches ended, delivered as a message to the instance
 * that started it.
 *
 * @param request what was given to {@code async} to remember the operation by
 * @param status how it ended
 * @param value the result of a success, null otherwise and for an operation without a result
 * @param failure why it failed, null unless it failed
 * @param <R> the request's type
 * @param <T> the result's type
 */
public record AsyncResult<R, T>(
    R request, Status status, @Nullable T value, @Nullable Throwable failure) {

  public AsyncResult {
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(status, "status");
  }

  /** How an asynchronous operation ended. */
  public enum Status {
    /** It completed with a result. */
    SUCCESS,
    /** It completed with an exception. */
    FAILURE,
    /** The process died or lost the instance first; it may or may not have happened. */
    UNKNOWN
  }

  /** Whether the operation completed with a result. */
  public boolean succeeded() {
    return status == Status.SUCCESS;
  }

  /** Whether nobody knows how the operation ended. */
  public boolean unknown() {
    return status == Status.UNKNOWN;
  }
}
