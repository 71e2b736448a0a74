/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import java.io.IOException;
import org.springframework.web.servlet.function.ServerRequest;

/** Reads what a request says, unless it says too much. */
final class RequestBody {

  private RequestBody() {}

  /**
   * Reads a body.
   *
   * @param limit how many bytes are taken
   * @throws TooLargeException if there are more
   * @throws IllegalArgumentException if it does not come whole
   */
  static byte[] read(ServerRequest request, int limit) {
    try {
      byte[] body = request.servletRequest().getInputStream().readNBytes(limit + 1);
      if (body.length > limit) {
        throw new TooLargeException(limit);
      }
      return body;
    } catch (IOException e) {
      throw new IllegalArgumentException("The body could not be read: " + e.getMessage(), e);
    }
  }

  /** The body is larger than what is taken. */
  static final class TooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TooLargeException(int limit) {
      super("The body has more than " + limit + " bytes, which is all that is taken");
    }
  }
}
