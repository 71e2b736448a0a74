/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.trace;

/**
 * The port to who follows events through the application. An engine without one does nothing of
 * what is said here. Called by any thread, and for each message: be quick. No method may throw.
 */
public interface Tracing {

  /**
   * Where the calling thread is, which sends a message from outside of any function.
   *
   * @return {@link TraceContext#NONE} if it is in no trace
   */
  TraceContext current();

  /**
   * An invocation begins. If the function runs here, the calling thread is in the span until the
   * span {@linkplain InvocationSpan#end ends}, which it does on the same thread; otherwise no
   * thread is.
   */
  InvocationSpan begin(TracedInvocation invocation);
}
