/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.trace;

import org.jspecify.annotations.Nullable;

/** The time in which a function handles a message, as a part of a trace. */
public interface InvocationSpan {

  /**
   * What messages and records carry that the invocation sends. May be asked also after the end.
   *
   * @return {@link TraceContext#NONE} if they carry nothing
   */
  TraceContext context();

  /**
   * The invocation ends. Called once.
   *
   * @param failure why nothing of what it did counts, or null if it succeeded
   */
  void end(@Nullable Throwable failure);
}
