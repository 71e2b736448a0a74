/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.AsyncResult;
import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.ValueState;
import io.statefun.message.TypedValue;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way through a function, together with the instance's state: what a {@link
 * FunctionInvoker} works on. Valid until {@link FunctionInvoker#invoke} returns.
 */
public interface Invocation {

  /** What the handler can do. The same object for all invocations of a worker. */
  Context context();

  /** The message; for the end of an asynchronous operation, the request that began it. */
  TypedValue message();

  /** How the asynchronous operation ended, or null if the message is an ordinary one. */
  @Nullable AsyncEnd asyncEnd();

  /** The value state of a slot. */
  ValueState<?> value(int slot);

  /** The list state of a slot. */
  ListState<?> list(int slot);

  /** The map state of a slot. */
  MapState<?, ?> map(int slot);

  /** The same, but that nothing can be changed or sent by it. */
  default Invocation readOnly() {
    return new ReadOnlyInvocation(this);
  }

  /**
   * How an asynchronous operation ended.
   *
   * @param status success, failure or unknown
   * @param value the result of a success
   * @param failure the cause of a failure
   */
  record AsyncEnd(AsyncResult.Status status, @Nullable Object value, @Nullable Throwable failure) {}
}
