/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.lambda;

import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as an API Gateway gives it to a Lambda function: of a REST API, whose events have
 * version 1, or of an HTTP API, whose events have version 2. A function URL has the latter.
 */
final class GatewayEvent {

  private final Map<String, Object> event;

  GatewayEvent(Map<String, Object> event) {
    this.event = event;
  }

  /** The method; empty if the event is none of a gateway. */
  String method() {
    Object method = event.get("httpMethod");
    if (method == null
        && event.get("requestContext") instanceof Map<?, ?> request
        && request.get("http") instanceof Map<?, ?> http) {
      method = http.get("method");
    }
    return method instanceof String text ? text : "";
  }

  /** A header, or null if there is none of the name. Names of headers come in any case. */
  @Nullable String header(String wanted) {
    if (event.get("headers") instanceof Map<?, ?> headers) {
      for (Map.Entry<?, ?> header : headers.entrySet()) {
        if (header.getKey() instanceof String name && name.equalsIgnoreCase(wanted)) {
          return header.getValue() instanceof String text ? text : null;
        }
      }
    }
    return null;
  }

  /**
   * The bytes of the body; none if there is no body.
   *
   * @throws IllegalArgumentException if it came as text, which no request survives, or is not
   *     encoded as it says
   */
  byte[] body() {
    if (!(event.get("body") instanceof String body) || body.isEmpty()) {
      return new byte[0];
    }
    if (!Boolean.TRUE.equals(event.get("isBase64Encoded"))) {
      throw new IllegalArgumentException(
          "The body came as text. Make application/octet-stream a binary media type of the API");
    }
    return Base64.getDecoder().decode(body);
  }
}
