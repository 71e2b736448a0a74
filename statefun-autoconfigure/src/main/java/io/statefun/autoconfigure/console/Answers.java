/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.autoconfigure.api.InvalidJsonException;
import io.statefun.engine.RequestFailedException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.ServerResponse;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Answers of the console, each with what keeps browsers from doing anything else with it. */
final class Answers {

  /** A browser is not kept waiting for longer. */
  static final long PATIENCE_SECONDS = 10;

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** Its own, whatever names and dates the application's has. */
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Answers() {}

  static ServerResponse.BodyBuilder of(HttpStatus status) {
    return ServerResponse.status(status)
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("X-Frame-Options", "DENY")
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Resource-Policy", "same-origin");
  }

  /** Data, which nobody keeps. */
  static ServerResponse data(Object body) {
    return of(HttpStatus.OK)
        .cacheControl(CacheControl.noStore())
        .contentType(MediaType.APPLICATION_JSON)
        .body(JSON.writeValueAsBytes(body));
  }

  /** Data that comes later, or what has become of it. */
  static ServerResponse later(CompletableFuture<?> body) {
    return ServerResponse.async(
        body.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .<ServerResponse>thenApply(Answers::data)
            .exceptionally(Answers::failed));
  }

  static ServerResponse failed(Throwable failure) {
    Throwable cause = cause(failure);
    return problem(status(cause), detail(cause));
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  static String detail(Throwable failure) {
    Throwable cause = cause(failure);
    return cause instanceof TimeoutException
        ? "There is no answer yet; what was asked for may be done."
        : String.valueOf(cause.getMessage());
  }

  private static HttpStatus status(Throwable cause) {
    if (cause instanceof RequestFailedException refused) {
      return refused.reason() == RequestFailedException.Reason.NOT_FOUND
          ? HttpStatus.NOT_FOUND
          : HttpStatus.BAD_REQUEST;
    }
    if (cause instanceof IllegalArgumentException
        || cause instanceof InvalidJsonException
        || cause instanceof JacksonException) {
      return HttpStatus.BAD_REQUEST;
    }
    if (cause instanceof TimeoutException) {
      return HttpStatus.GATEWAY_TIMEOUT;
    }
    return cause instanceof IllegalStateException || cause instanceof IOException
        ? HttpStatus.SERVICE_UNAVAILABLE
        : HttpStatus.INTERNAL_SERVER_ERROR;
  }

  static ServerResponse problem(HttpStatus status, String detail) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("title", status.getReasonPhrase());
    body.put("status", status.value());
    body.put("detail", detail);
    return of(status)
        .cacheControl(CacheControl.noStore())
        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
        .body(JSON.writeValueAsBytes(body));
  }
}
