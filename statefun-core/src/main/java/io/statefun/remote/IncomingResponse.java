/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import io.statefun.remote.HttpTransport.Response;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Gathers a response, as far as it is taken. */
final class IncomingResponse {

  private static final int SUCCESS = 2;
  private static final int NO_CONTENT = 204;

  private final Exchange.Head head;
  private final int maxBytes;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();

  IncomingResponse(Exchange.Head head, int maxBytes) {
    this.head = head;
    this.maxBytes = maxBytes;
  }

  /** Takes a part, unless it is more than is taken. */
  boolean take(ByteBuffer part) {
    if (received.size() + (long) part.remaining() > maxBytes) {
      return false;
    }
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    received.writeBytes(bytes);
    return true;
  }

  boolean isSuccess() {
    return head.status() / 100 == SUCCESS;
  }

  /**
   * Whether there are no bytes where nothing has said that there are none. The end of a connection
   * that ends a response may as well be that of a server that has died; of other bytes, the reader
   * of the body sees whether they are all.
   */
  boolean isCutOff() {
    return !head.tellsItsEnd()
        && received.size() == 0
        && isSuccess()
        && head.status() != NO_CONTENT;
  }

  Response response() {
    return new Response(
        head.status(), head.contentType(), head.retryAfter(), received.toByteArray());
  }
}
