/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The port through which endpoints are reached. Used by several threads, none of which waits. */
public interface HttpTransport extends AutoCloseable {

  /**
   * Posts a request, once.
   *
   * @return completes with what came back, whatever its status; exceptionally with an {@link
   *     java.io.IOException} if nothing came, or not in time, or more than is taken. Its
   *     cancellation ends the exchange
   */
  CompletableFuture<Response> post(Request request);

  /** Ends all exchanges, and frees what they used. */
  @Override
  void close();

  /**
   * A request.
   *
   * @param headers besides those that HTTP itself needs
   * @param body not to be changed
   */
  record Request(URI uri, Map<String, String> headers, byte[] body) {}

  /**
   * What came back.
   *
   * @param status the status code
   * @param contentType the header of that name, or null if there was none
   * @param retryAfter the header of that name, or null if there was none
   * @param body what followed; may be cut short if the status is none of success
   */
  record Response(
      int status, @Nullable String contentType, @Nullable String retryAfter, byte[] body) {}
}
