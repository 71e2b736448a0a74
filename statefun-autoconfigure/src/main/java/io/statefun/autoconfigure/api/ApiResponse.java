/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/** What a request is answered with. The body is not to be changed. */
record ApiResponse(HttpStatus status, Map<String, String> headers, byte[] body) {

  private static final Map<String, String> JSON =
      Map.of(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE);

  static ApiResponse ok(byte[] json) {
    return new ApiResponse(HttpStatus.OK, JSON, json);
  }

  static ApiResponse accepted(Map<String, String> headers) {
    return new ApiResponse(HttpStatus.ACCEPTED, headers, new byte[0]);
  }

  /** Says what is wrong, as RFC 9457 has it. */
  static ApiResponse problem(JsonMapper mapper, HttpStatus status, String detail) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    if (status == HttpStatus.SERVICE_UNAVAILABLE) {
      headers.put(HttpHeaders.RETRY_AFTER, "1");
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("title", status.getReasonPhrase());
    body.put("status", status.value());
    body.put("detail", detail);
    return new ApiResponse(status, headers, mapper.writeValueAsBytes(body));
  }
}
